package io.attend.tokenizer.chat;

import io.attend.tokenizer.TokenizerException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.JsonNodeFactory;

/// What templates compute with: strings, longs, doubles, booleans, lists, maps, functions and [Missing]; and
/// what Python does with them.
final class Values {
    private Values() {}

    /// A Java value as a template sees it.
    static Object of(Object value) {
        return switch (value) {
            case null -> Missing.NONE;
            case String s -> s;
            case Boolean b -> b;
            case Integer i -> (long) i;
            case Long l -> l;
            case Short s -> (long) s;
            case Float f -> (double) f;
            case Double d -> d;
            case Optional<?> o -> o.map(Values::of).orElse(Missing.NONE);
            case Iterable<?> list -> {
                List<Object> copy = new ArrayList<>();
                list.forEach(element -> copy.add(of(element)));
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((key, element) -> copy.put(of(key), of(element)));
                yield copy;
            }
            case Missing missing -> missing;
            case Function function -> function;
            default ->
                throw new IllegalArgumentException(
                        "a chat template cannot see a " + value.getClass().getName());
        };
    }

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case String s -> !s.isEmpty();
            case Long l -> l != 0;
            case Double d -> d != 0;
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case Missing _ -> false;
            default -> true;
        };
    }

    /// As `{{ }}` writes it.
    static String print(Object value) {
        return value instanceof String s ? s : repr(value);
    }

    private static String repr(Object value) {
        return switch (value) {
            case String s -> "'" + s.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'";
            case Boolean b -> b ? "True" : "False";
            case List<?> list -> list.stream().map(Values::repr).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> repr(e.getKey()) + ": " + repr(e.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case Function _ -> "<function>";
            default -> value.toString();
        };
    }

    static long integer(Object value) {
        return switch (value) {
            case Long l -> l;
            case Double d -> d.longValue();
            case Boolean b -> b ? 1 : 0;
            case String s -> {
                try {
                    yield Long.parseLong(s.strip());
                } catch (NumberFormatException e) {
                    throw fail(repr(s) + " is no integer");
                }
            }
            default -> throw fail(repr(value) + " is no integer");
        };
    }

    static double number(Object value) {
        return switch (value) {
            case Double d -> d;
            case Long l -> l;
            case Boolean b -> b ? 1 : 0;
            default -> throw fail(repr(value) + " is no number");
        };
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static boolean same(Object a, Object b) {
        return isNumber(a) && isNumber(b) ? number(a) == number(b) : a.equals(b);
    }

    static int compare(Object a, Object b) {
        if (a instanceof String s && b instanceof String t) {
            return s.compareTo(t);
        }
        return Double.compare(number(a), number(b));
    }

    static boolean contains(Object container, Object value) {
        return switch (container) {
            case String s -> s.contains(print(value));
            case List<?> list -> list.stream().anyMatch(e -> same(e, value));
            case Map<?, ?> map -> map.containsKey(value);
            case Missing _ -> false;
            default -> throw fail(repr(container) + " holds nothing");
        };
    }

    /// What a loop goes through.
    static List<?> elements(Object value) {
        return switch (value) {
            case List<?> list -> list;
            case Map<?, ?> map -> List.copyOf(map.keySet());
            case String s -> s.codePoints().mapToObj(Character::toString).toList();
            case Missing missing when missing == Missing.UNDEFINED -> List.of();
            default -> throw fail(repr(value) + " cannot be gone through");
        };
    }

    static int length(Object value) {
        return switch (value) {
            case String s -> s.codePointCount(0, s.length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Missing _ -> 0;
            default -> throw fail(repr(value) + " has no length");
        };
    }

    /// `value.key` and `value[key]`.
    static Object item(Object value, Object key) {
        return switch (value) {
            case Map<?, ?> map -> {
                Object found = map.get(key);
                yield found == null ? Missing.UNDEFINED : found;
            }
            case List<?> list
            when key instanceof Long index -> {
                long at = index < 0 ? index + list.size() : index;
                yield at < 0 || at >= list.size() ? Missing.UNDEFINED : list.get((int) at);
            }
            case String s
            when key instanceof Long ->
                item(s.codePoints().mapToObj(Character::toString).toList(), key);
            case Missing missing when missing == Missing.UNDEFINED -> throw fail("nothing has no " + print(key));
            default -> Missing.UNDEFINED;
        };
    }

    static Object slice(Object value, Optional<Object> from, Optional<Object> to, Optional<Object> step) {
        List<?> elements = elements(value);
        int size = elements.size();
        long stride = step.map(Values::integer).orElse(1L);
        if (stride == 0) {
            throw fail("a slice of step 0");
        }
        long start = from.map(v -> bound(integer(v), size, stride < 0)).orElse(stride > 0 ? 0L : size - 1L);
        long stop = to.map(v -> bound(integer(v), size, stride < 0)).orElse(stride > 0 ? (long) size : -1L);
        List<Object> taken = new ArrayList<>();
        for (long i = start; stride > 0 ? i < stop : i > stop; i += stride) {
            taken.add(elements.get((int) i));
        }
        return value instanceof String ? taken.stream().map(Values::print).collect(Collectors.joining()) : taken;
    }

    private static long bound(long index, int size, boolean backwards) {
        long at = index < 0 ? index + size : index;
        return Math.clamp(at, backwards ? -1 : 0, backwards ? size - 1 : size);
    }

    static Object arithmetic(String operator, Object a, Object b) {
        if (operator.equals("~")) {
            Run.check((long) print(a).length() + print(b).length());
            return print(a) + print(b);
        }
        if (operator.equals("+")) {
            if (a instanceof String s && b instanceof String t) {
                Run.check((long) s.length() + t.length());
                return s + t;
            }
            if (a instanceof List<?> s && b instanceof List<?> t) {
                List<Object> both = new ArrayList<>(s);
                both.addAll(t);
                Run.check(both.size());
                return both;
            }
        }
        if (operator.equals("*") && a instanceof String s) {
            long times = Math.max(0, integer(b));
            Run.check(times * Math.max(1, s.length()));
            return s.repeat((int) times);
        }
        if (!isNumber(a) || !isNumber(b)) {
            throw fail(repr(a) + " " + operator + " " + repr(b) + " has no meaning");
        }
        boolean whole = !(a instanceof Double) && !(b instanceof Double);
        long x = whole ? integer(a) : 0;
        long y = whole ? integer(b) : 0;
        if (List.of("//", "%", "/").contains(operator) && number(b) == 0) {
            throw fail(repr(a) + " " + operator + " 0");
        }
        return switch (operator) {
            case "+" -> whole ? (Object) (x + y) : (Object) (number(a) + number(b));
            case "-" -> whole ? (Object) (x - y) : (Object) (number(a) - number(b));
            case "*" -> whole ? (Object) (x * y) : (Object) (number(a) * number(b));
            case "/" -> number(a) / number(b);
            case "//" -> whole ? (Object) Math.floorDiv(x, y) : (Object) Math.floor(number(a) / number(b));
            case "%" -> whole ? (Object) Math.floorMod(x, y) : (Object) (number(a) % number(b));
            case "**" -> whole && y >= 0 ? (Object) (long) Math.pow(x, y) : (Object) Math.pow(number(a), number(b));
            default -> throw new IllegalStateException(operator);
        };
    }

    /// As Python's `json.dumps` writes it, without escaping what is not ASCII.
    static String json(Object value, int indent) {
        StringBuilder json = new StringBuilder();
        json(value, indent, 0, json);
        return json.toString();
    }

    private static void json(Object value, int indent, int depth, StringBuilder json) {
        Run.check(json.length());
        String line = indent < 0 ? "" : "\n" + " ".repeat(indent * (depth + 1));
        String end = indent < 0 ? "" : "\n" + " ".repeat(indent * depth);
        String comma = indent < 0 ? ", " : ",";
        switch (value) {
            case List<?> list -> {
                json.append('[');
                String separator = line;
                for (Object element : list) {
                    json.append(separator);
                    json(element, indent, depth + 1, json);
                    separator = comma + line;
                }
                json.append(list.isEmpty() ? "]" : end + "]");
            }
            case Map<?, ?> map -> {
                json.append('{');
                String separator = line;
                for (var entry : map.entrySet()) {
                    json.append(separator);
                    json(print(entry.getKey()), indent, depth + 1, json);
                    json.append(": ");
                    json(entry.getValue(), indent, depth + 1, json);
                    separator = comma + line;
                }
                json.append(map.isEmpty() ? "}" : end + "}");
            }
            case String s -> json.append(JsonNodeFactory.instance.stringNode(s));
            case Missing _ -> json.append("null");
            case Boolean b -> json.append(b);
            default -> json.append(value);
        }
    }

    static TokenizerException fail(String what) {
        return new TokenizerException("chat template: " + what);
    }
}
