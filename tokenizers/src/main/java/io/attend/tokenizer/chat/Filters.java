package io.attend.tokenizer.chat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Jinja's filters and tests that templates use.
final class Filters {
    private Filters() {}

    static Object apply(String name, Object value, List<Object> arguments, Map<String, Object> named) {
        return switch (name) {
            case "trim" -> Methods.strip(Values.print(value), arguments, true, true);
            case "length", "count" -> (long) Values.length(value);
            case "upper" -> Values.print(value).toUpperCase(Locale.ROOT);
            case "lower" -> Values.print(value).toLowerCase(Locale.ROOT);
            case "title" -> title(Values.print(value));
            case "capitalize" -> capitalize(Values.print(value));
            case "replace" -> Methods.call(Values.print(value), "replace", arguments);
            case "join" ->
                Values.elements(value).stream()
                        .map(e -> named.containsKey("attribute") ? Values.item(e, named.get("attribute")) : e)
                        .map(Values::print)
                        .collect(Collectors.joining(arguments.isEmpty() ? "" : Values.print(arguments.getFirst())));
            case "first" -> Values.item(new ArrayList<>(Values.elements(value)), 0L);
            case "last" -> Values.item(new ArrayList<>(Values.elements(value)), -1L);
            case "default", "d" -> {
                boolean falsy = arguments.size() > 1 && Values.truth(arguments.get(1))
                        || Values.truth(named.getOrDefault("boolean", false));
                yield value == Missing.UNDEFINED || falsy && !Values.truth(value)
                        ? arguments.isEmpty() ? "" : arguments.getFirst()
                        : value;
            }
            case "tojson" ->
                Values.json(
                        value,
                        named.get("indent") instanceof Long indent
                                ? Math.clamp(indent, 0, 16)
                                : !arguments.isEmpty() && arguments.getFirst() instanceof Long indent
                                        ? Math.clamp(indent, 0, 16)
                                        : -1);
            case "list" -> new ArrayList<Object>(Values.elements(value));
            case "items" -> items(value instanceof Map<?, ?> map ? map : Map.of());
            case "dictsort" ->
                items(value instanceof Map<?, ?> map ? map : Map.of()).stream()
                        .sorted(Comparator.comparing(pair -> Values.print(Values.item(pair, 0L))))
                        .collect(Collectors.<Object>toList());
            case "string", "safe", "e", "escape" -> Values.print(value);
            case "int" -> Values.integer(value);
            case "float" -> Values.number(value instanceof String s ? (Object) Double.parseDouble(s) : value);
            case "abs" -> value instanceof Long l ? (Object) Math.abs(l) : (Object) Math.abs(Values.number(value));
            case "reverse" ->
                value instanceof String s
                        ? new StringBuilder(s).reverse().toString()
                        : new ArrayList<Object>(Values.elements(value).reversed());
            case "unique" -> new ArrayList<Object>(new LinkedHashSet<>(Values.elements(value)));
            case "sort" ->
                Values.elements(value).stream().sorted(Values::compare).collect(Collectors.<Object>toList());
            case "indent" -> {
                String pad =
                        " ".repeat(arguments.isEmpty() ? 4 : Math.clamp(Values.integer(arguments.getFirst()), 0, 100));
                boolean first = arguments.size() > 1 && Values.truth(arguments.get(1))
                        || Values.truth(named.getOrDefault("first", false));
                yield (first ? pad : "") + Values.print(value).replaceAll("\n(?=[^\n])", "\n" + pad);
            }
            case "map" ->
                Values.elements(value).stream()
                        .map(e -> named.containsKey("attribute")
                                ? Values.item(e, named.get("attribute"))
                                : apply(
                                        Values.print(arguments.getFirst()),
                                        e,
                                        arguments.subList(1, arguments.size()),
                                        Map.of()))
                        .collect(Collectors.<Object>toList());
            case "select" -> picked(value, arguments, false, true);
            case "reject" -> picked(value, arguments, false, false);
            case "selectattr" -> picked(value, arguments, true, true);
            case "rejectattr" -> picked(value, arguments, true, false);
            default -> throw Values.fail("filter \"" + name + "\" is not known");
        };
    }

    private static List<Object> picked(Object value, List<Object> arguments, boolean attribute, boolean keep) {
        int used = attribute ? 1 : 0;
        List<Object> picked = new ArrayList<>();
        for (Object element : Values.elements(value)) {
            Object tested = attribute ? Values.item(element, arguments.getFirst()) : element;
            boolean holds = arguments.size() > used
                    ? test(Values.print(arguments.get(used)), tested, arguments.subList(used + 1, arguments.size()))
                    : Values.truth(tested);
            if (holds == keep) {
                picked.add(element);
            }
        }
        return picked;
    }

    static boolean test(String name, Object value, List<Object> arguments) {
        return switch (name) {
            case "defined" -> value != Missing.UNDEFINED;
            case "undefined" -> value == Missing.UNDEFINED;
            case "none" -> value == Missing.NONE;
            case "string" -> value instanceof String;
            case "number" -> value instanceof Long || value instanceof Double;
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> value.equals(true);
            case "false" -> value.equals(false);
            case "mapping" -> value instanceof Map;
            case "iterable", "sequence" -> value instanceof List || value instanceof Map || value instanceof String;
            case "callable" -> value instanceof Function;
            case "odd" -> Values.integer(value) % 2 != 0;
            case "even" -> Values.integer(value) % 2 == 0;
            case "equalto", "eq" -> Values.same(value, arguments.getFirst());
            case "ne" -> !Values.same(value, arguments.getFirst());
            case "in" -> Values.contains(arguments.getFirst(), value);
            default -> throw Values.fail("test \"" + name + "\" is not known");
        };
    }

    static List<Object> items(Map<?, ?> map) {
        return map.entrySet().stream()
                .map(e -> List.of(e.getKey(), e.getValue()))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    static String title(String s) {
        StringBuilder title = new StringBuilder();
        boolean inside = false;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            title.append(inside ? Character.toLowerCase(c) : Character.toUpperCase(c));
            inside = Character.isLetter(c);
        }
        return title.toString();
    }

    static String capitalize(String s) {
        return s.isEmpty()
                ? s
                : s.substring(0, 1).toUpperCase(Locale.ROOT) + s.substring(1).toLowerCase(Locale.ROOT);
    }
}
