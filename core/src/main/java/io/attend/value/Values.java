package io.attend.value;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Records to JSON and back.
///
/// A record is an object with one key per component. A member of a sealed family carries `"type"`, its simple
/// name; one without components is the bare name, `"Causal"`. Enumerations are their names in lower case with
/// dashes. An absent optional leaves its key out. Missing keys come from [Default]; a missing key without one,
/// an unknown key, a duplicate key and a value of the wrong sort are [ValueException]s that begin with the
/// path.
public final class Values {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private Values() {}

    /// The value written as indented JSON.
    public static String json(Record value) {
        return JSON.writeValueAsString(write(value)) + "\n";
    }

    /// The value as a tree.
    public static JsonNode write(Record value) {
        return writeAny(value, value.getClass());
    }

    /// The value as indented JSON with its type named, as it stands in a component of its family.
    public static String jsonWithType(Record value) {
        return JSON.writeValueAsString(writeAny(value, Record.class)) + "\n";
    }

    /// Reads a value from JSON text.
    public static <T> T parse(Class<T> type, String json) {
        return read(type, tree(JSON, json));
    }

    /// Reads JSON, or with another mapper YAML, into a tree.
    public static JsonNode tree(ObjectMapper mapper, String text) {
        try {
            return mapper.readTree(text);
        } catch (JacksonException e) {
            String place = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new ValueException("$", reason(e) + place);
        }
    }

    /// What the parser says, without its own idea of where: it repeats the place in a form of its own.
    private static String reason(JacksonException e) {
        return e.getOriginalMessage()
                .lines()
                .filter(line -> !line.startsWith(" ")) // excerpts, which YAML's parser draws over several lines
                .collect(Collectors.joining(", "))
                .replaceFirst(" \\(start marker at .*", "");
    }

    /// Reads a value from a tree.
    public static <T> T read(Class<T> type, JsonNode node) {
        return type.cast(readAny(type, node, "$"));
    }

    private static JsonNode writeAny(Object value, Type declared) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (value) {
            case Integer number -> nodes.numberNode(number);
            case Long number -> nodes.numberNode(number);
            case Double number -> nodes.numberNode(number);
            case Boolean flag -> nodes.booleanNode(flag);
            case String text -> nodes.stringNode(text);
            case Enum<?> constant -> nodes.stringNode(name(constant));
            case List<?> list -> {
                ArrayNode array = nodes.arrayNode();
                list.forEach(item -> array.add(writeAny(item, argument(declared))));
                yield array;
            }
            case Record item -> writeRecord(item, raw(declared).isRecord());
            default ->
                throw new IllegalArgumentException(
                        "no JSON form for " + value.getClass().getName());
        };
    }

    private static JsonNode writeRecord(Record value, boolean typeKnown) {
        RecordComponent[] components = value.getClass().getRecordComponents();
        if (components.length == 0 && !typeKnown) {
            return JsonNodeFactory.instance.stringNode(value.getClass().getSimpleName());
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        if (!typeKnown) {
            object.put("type", value.getClass().getSimpleName());
        }
        for (RecordComponent component : components) {
            Object item = get(component, value);
            Object present = switch (item) {
                case OptionalInt number -> number.isPresent() ? number.getAsInt() : Optional.empty();
                case OptionalDouble number -> number.isPresent() ? number.getAsDouble() : Optional.empty();
                case Optional<?> some when some.isPresent() -> some.get();
                default -> item;
            };
            if (!(present instanceof Optional<?>)) {
                Type type = raw(component.getGenericType()) == Optional.class
                        ? argument(component.getGenericType())
                        : component.getGenericType();
                object.set(component.getName(), writeAny(present, type));
            }
        }
        return object;
    }

    private static Object readAny(Type declared, JsonNode node, String path) {
        Class<?> type = raw(declared);
        if (type == int.class || type == Integer.class || type == OptionalInt.class) {
            int number = check(node.isIntegralNumber() && node.canConvertToInt(), node, path, "a whole number")
                    .intValue();
            return type == OptionalInt.class ? OptionalInt.of(number) : number;
        } else if (type == long.class || type == Long.class) {
            return check(node.isIntegralNumber() && node.canConvertToLong(), node, path, "a whole number")
                    .longValue();
        } else if (type == double.class || type == Double.class || type == OptionalDouble.class) {
            double number = node.isNumber() ? node.asDouble(Double.NaN) : Double.NaN;
            check(Double.isFinite(number), node, path, "a number");
            return type == OptionalDouble.class ? OptionalDouble.of(number) : number;
        } else if (type == boolean.class || type == Boolean.class) {
            return check(node.isBoolean(), node, path, "true or false").booleanValue();
        } else if (type == String.class) {
            return check(node.isString(), node, path, "a text").stringValue();
        } else if (type == Optional.class) {
            return Optional.of(readAny(argument(declared), node, path));
        } else if (type == List.class) {
            check(node.isArray(), node, path, "a list");
            List<Object> items = new ArrayList<>();
            for (JsonNode item : node) {
                items.add(readAny(argument(declared), item, path + "[" + items.size() + "]"));
            }
            return List.copyOf(items);
        } else if (type.isEnum()) {
            String name = check(node.isString(), node, path, "a text").stringValue();
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> name((Enum<?>) constant).equals(name))
                    .findFirst()
                    .orElseThrow(() -> new ValueException(
                            path,
                            "unknown " + excerpt(name) + "; known: "
                                    + Arrays.stream(type.getEnumConstants())
                                            .map(constant -> name((Enum<?>) constant))
                                            .collect(Collectors.joining(", "))));
        } else if (type.isRecord()) {
            return readRecord(type, node, path, Set.of());
        } else if (type.isSealed()) {
            return readVariant(type, node, path);
        }
        throw new IllegalArgumentException("no JSON form for " + type.getName());
    }

    private static Object readVariant(Class<?> family, JsonNode node, String path) {
        Map<String, Class<? extends Record>> variants = Variants.of(family);
        JsonNode type = node.isString() ? node : node.path("type");
        if (!type.isString()) {
            throw new ValueException(path, "needs a \"type\", one of " + String.join(", ", variants.keySet()));
        }
        Class<? extends Record> variant = variants.get(type.stringValue());
        if (variant == null) {
            throw new ValueException(
                    path,
                    "unknown " + family.getSimpleName() + " type " + excerpt(type.stringValue()) + "; known: "
                            + String.join(", ", variants.keySet()));
        }
        return readRecord(
                variant, node.isString() ? JsonNodeFactory.instance.objectNode() : node, path, Set.of("type"));
    }

    private static Object readRecord(Class<?> type, JsonNode node, String path, Set<String> alsoKnown) {
        check(node.isObject(), node, path, "an object with the keys of " + type.getSimpleName());
        RecordComponent[] components = type.getRecordComponents();
        Set<String> unknown = new LinkedHashSet<>(node.propertyNames());
        unknown.removeAll(alsoKnown);
        List<String> known =
                Arrays.stream(components).map(RecordComponent::getName).toList();
        known.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new ValueException(
                    path,
                    "unknown [" + excerpt(String.join(", ", unknown)) + "]; " + type.getSimpleName() + " has " + known);
        }
        Object[] arguments = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String place = path + "." + component.getName();
            types[i] = component.getType();
            if (node.has(component.getName())) {
                arguments[i] = readAny(component.getGenericType(), node.get(component.getName()), place);
            } else {
                arguments[i] = missing(component, place);
            }
        }
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.trySetAccessible();
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw refused(e.getCause(), path);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be made", e);
        }
    }

    /// What a constructor says of its arguments is said with their path; anything else it throws is our own
    /// mistake.
    private static RuntimeException refused(Throwable cause, String path) {
        return switch (cause) {
            case ValueException inner -> inner;
            case IllegalArgumentException refusal -> new ValueException(path, refusal);
            case RuntimeException mistake -> mistake;
            case Error error -> throw error;
            default -> new IllegalStateException(cause);
        };
    }

    private static Object missing(RecordComponent component, String path) {
        Class<?> type = component.getType();
        Default given = component.getAnnotation(Default.class);
        if (given != null) {
            return readAny(component.getGenericType(), tree(JSON, given.value()), path);
        } else if (type == OptionalInt.class) {
            return OptionalInt.empty();
        } else if (type == OptionalDouble.class) {
            return OptionalDouble.empty();
        } else if (type == Optional.class) {
            return Optional.empty();
        }
        throw new ValueException(
                path, "missing; " + component.getDeclaringRecord().getSimpleName() + " cannot do without it");
    }

    private static JsonNode check(boolean fits, JsonNode node, String path, String wanted) {
        if (!fits) {
            String found = node.isMissingNode() ? "nothing" : excerpt(node.toString());
            throw new ValueException(path, "expected " + wanted + ", found " + found);
        }
        return node;
    }

    private static String excerpt(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }

    private static Object get(RecordComponent component, Record value) {
        try {
            component.getAccessor().trySetAccessible();
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Class<?> raw(Type type) {
        return type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : (Class<?>) type;
    }

    private static Type argument(Type type) {
        return ((ParameterizedType) type).getActualTypeArguments()[0];
    }
}
