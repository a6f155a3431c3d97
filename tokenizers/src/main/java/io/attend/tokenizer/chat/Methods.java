package io.attend.tokenizer.chat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The methods of Python's strings, lists and dictionaries that templates call.
final class Methods {
    private Methods() {}

    @SuppressWarnings("unchecked")
    static Object call(Object self, String name, List<Object> arguments) {
        return switch (self) {
            case String s -> string(s, name, arguments);
            case Map<?, ?> map -> map((Map<Object, Object>) map, name, arguments);
            case List<?> list -> list((List<Object>) list, name, arguments);
            default -> throw Values.fail(Values.print(self) + " has no method " + name);
        };
    }

    private static Object string(String s, String name, List<Object> arguments) {
        return switch (name) {
            case "strip" -> strip(s, arguments, true, true);
            case "lstrip" -> strip(s, arguments, true, false);
            case "rstrip" -> strip(s, arguments, false, true);
            case "upper" -> s.toUpperCase(Locale.ROOT);
            case "lower" -> s.toLowerCase(Locale.ROOT);
            case "title" -> Filters.title(s);
            case "capitalize" -> Filters.capitalize(s);
            case "startswith" -> any(arguments).stream().anyMatch(p -> s.startsWith(Values.print(p)));
            case "endswith" -> any(arguments).stream().anyMatch(p -> s.endsWith(Values.print(p)));
            case "split" -> split(s, arguments);
            case "splitlines" -> new ArrayList<Object>(s.lines().toList());
            case "replace" -> {
                String replaced = s.replace(text(arguments, 0), text(arguments, 1));
                Run.check(replaced.length());
                yield replaced;
            }
            case "find" -> (long) s.indexOf(text(arguments, 0));
            case "count" -> (long) s.split(Pattern.quote(text(arguments, 0)), -1).length - 1;
            case "isdigit" -> !s.isEmpty() && s.chars().allMatch(Character::isDigit);
            case "join" ->
                Values.elements(arguments.getFirst()).stream()
                        .map(Values::print)
                        .collect(Collectors.joining(s));
            default -> throw Values.fail("a string has no method " + name);
        };
    }

    private static Object map(Map<Object, Object> map, String name, List<Object> arguments) {
        return switch (name) {
            case "get" -> {
                Object found = map.get(arguments.getFirst());
                yield found != null ? found : arguments.size() > 1 ? arguments.get(1) : Missing.NONE;
            }
            case "items" -> Filters.items(map);
            case "keys" -> new ArrayList<>(map.keySet());
            case "values" -> new ArrayList<>(map.values());
            case "update" -> {
                if (arguments.getFirst() instanceof Map<?, ?> other) {
                    map.putAll(other);
                }
                yield Missing.NONE;
            }
            case "pop" -> {
                Object removed = map.remove(arguments.getFirst());
                yield removed != null ? removed : Missing.NONE;
            }
            default -> throw Values.fail("a dictionary has no method " + name);
        };
    }

    private static Object list(List<Object> list, String name, List<Object> arguments) {
        switch (name) {
            case "append" -> {
                Run.check(list.size());
                list.add(arguments.getFirst());
            }
            case "extend" -> {
                Run.check((long) list.size() + Values.length(arguments.getFirst()));
                list.addAll(Values.elements(arguments.getFirst()));
            }
            case "pop" -> {
                if (list.isEmpty()) {
                    throw Values.fail("pop of an empty list");
                }
                return list.remove(arguments.isEmpty() ? list.size() - 1 : (int) Values.integer(arguments.getFirst()));
            }
            case "index" -> {
                return (long) list.indexOf(arguments.getFirst());
            }
            default -> throw Values.fail("a list has no method " + name);
        }
        return Missing.NONE;
    }

    private static List<?> any(List<Object> arguments) {
        return arguments.getFirst() instanceof List<?> list ? list : arguments.subList(0, 1);
    }

    private static String text(List<Object> arguments, int i) {
        if (i >= arguments.size()) {
            throw Values.fail("a call lacks an argument");
        }
        return Values.print(arguments.get(i));
    }

    static String strip(String s, List<Object> arguments, boolean left, boolean right) {
        boolean plain = arguments.isEmpty() || arguments.getFirst() instanceof Missing;
        String set = plain ? "" : text(arguments, 0);
        int start = 0;
        int end = s.length();
        while (left && start < end && strips(s.charAt(start), plain, set)) {
            start++;
        }
        while (right && end > start && strips(s.charAt(end - 1), plain, set)) {
            end--;
        }
        return s.substring(start, end);
    }

    private static boolean strips(char c, boolean plain, String set) {
        return plain ? Character.isWhitespace(c) || c == 0x85 || c == 0xA0 : set.indexOf(c) >= 0;
    }

    private static List<Object> split(String s, List<Object> arguments) {
        if (arguments.isEmpty() || arguments.getFirst() instanceof Missing) {
            return s.isBlank()
                    ? new ArrayList<>()
                    : new ArrayList<>(Arrays.asList(s.strip().split("\\s+")));
        }
        String separator = text(arguments, 0);
        if (separator.isEmpty()) {
            throw Values.fail("split at an empty separator");
        }
        int limit = arguments.size() > 1 ? (int) Values.integer(arguments.get(1)) + 1 : -1;
        return new ArrayList<>(Arrays.asList(s.split(Pattern.quote(separator), limit)));
    }
}
