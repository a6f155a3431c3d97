package io.attend.tokenizer.json;

import io.attend.tokenizer.TokenizerException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The one place where records become JSON and JSON becomes records.
///
/// A sealed family is an object whose `"type"` names the variant, looked up in `permits`. Components are keys
/// in snake case. A missing key takes its value from the record's constant `DEFAULT`; without one it is an
/// error, and an unknown key always is. `Optional` is `null`. A record may keep `static void
/// upgrade(ObjectNode)` to rewrite what older writers left.
public final class Json {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(100)
                            .maxStringLength(20_000_000)
                            .maxNameLength(1_000_000)
                            .maxDocumentLength(1_000_000_000L)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /// The tree of a JSON text; `source` names it in errors.
    public static JsonNode parse(String text, String source) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new TokenizerException(source + ": " + firstLine(e), e);
        }
    }

    /// The tree of UTF-8 JSON bytes; `source` names them in errors.
    public static JsonNode parse(byte[] utf8, String source) {
        try {
            return MAPPER.readTree(utf8);
        } catch (JacksonException e) {
            throw new TokenizerException(source + ": " + firstLine(e), e);
        }
    }

    /// JSON text, indented.
    public static String print(JsonNode node) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    /// The value of `type` that `node` holds; `path` names the node in errors.
    public static <T> T read(Class<T> type, JsonNode node, String path) {
        return type.cast(value(type, node, path));
    }

    /// The JSON of a record, enum, optional, list, map, string, number or boolean.
    public static JsonNode write(Object value) {
        return switch (value) {
            case JsonForm form -> form.toJson();
            case Optional<?> optional -> optional.map(Json::write).orElse(NODES.nullNode());
            case OptionalInt optional ->
                optional.isPresent() ? NODES.numberNode(optional.getAsInt()) : NODES.nullNode();
            case OptionalDouble optional ->
                optional.isPresent() ? NODES.numberNode(optional.getAsDouble()) : NODES.nullNode();
            case String string -> NODES.stringNode(string);
            case Integer number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case Boolean bool -> NODES.booleanNode(bool);
            case Enum<?> constant -> NODES.stringNode(spelling(constant));
            case List<?> list -> {
                ArrayNode array = NODES.arrayNode();
                list.forEach(element -> array.add(write(element)));
                yield array;
            }
            case Map<?, ?> map -> {
                ObjectNode object = NODES.objectNode();
                map.forEach((key, element) -> object.set((String) key, write(element)));
                yield object;
            }
            case Record record -> writeRecord(record);
            default -> throw new IllegalArgumentException("no JSON form: " + value.getClass());
        };
    }

    private static JsonNode writeRecord(Record record) {
        Class<?> type = record.getClass();
        RecordComponent[] components = type.getRecordComponents();
        Optional<Class<?>> family = family(type);
        boolean oneKey = family.filter(f -> shaped(f, Shaped.Shape.ONE_KEY)).isPresent();
        if (oneKey && components.length == 0) {
            return NODES.stringNode(spelling(type));
        }
        if (shaped(type, Shaped.Shape.ARRAY)) {
            ArrayNode array = NODES.arrayNode();
            Arrays.stream(components).forEach(c -> array.add(write(component(record, c))));
            return array;
        }
        ObjectNode object = NODES.objectNode();
        if (oneKey && isPlain(components)) {
            return object.set(spelling(type), write(component(record, components[0])));
        }
        if (family.isPresent() && !oneKey) {
            object.put("type", spelling(type));
        }
        for (RecordComponent c : components) {
            object.set(key(c), write(component(record, c)));
        }
        return oneKey ? NODES.objectNode().set(spelling(type), object) : object;
    }

    private static Object value(Type type, JsonNode node, String path) {
        if (type instanceof ParameterizedType generic) {
            return generic(generic, node, path);
        }
        Class<?> raw = (Class<?>) type;
        if (raw == String.class) {
            return expect(node.isString(), node, path, "a string").stringValue();
        }
        if (raw == int.class || raw == Integer.class) {
            return expect(node.isIntegralNumber() && node.canConvertToInt(), node, path, "a 32-bit integer")
                    .intValue();
        }
        if (raw == double.class || raw == Double.class) {
            return expect(node.isNumber(), node, path, "a number").doubleValue();
        }
        if (raw == boolean.class) {
            return expect(node.isBoolean(), node, path, "true or false").booleanValue();
        }
        if (raw == OptionalInt.class) {
            return node.isNull() ? OptionalInt.empty() : OptionalInt.of((int) value(int.class, node, path));
        }
        if (raw == OptionalDouble.class) {
            return node.isNull() ? OptionalDouble.empty() : OptionalDouble.of((double) value(double.class, node, path));
        }
        if (JsonForm.class.isAssignableFrom(raw)) {
            return call(method(raw, "ofJson", JsonNode.class, String.class).orElseThrow(), path, node, path);
        }
        if (raw.isEnum()) {
            String name = (String) value(String.class, node, path);
            return Arrays.stream(raw.getEnumConstants())
                    .filter(c -> spelling((Enum<?>) c).equals(name))
                    .findFirst()
                    .orElseThrow(() -> unknown(
                            path,
                            name,
                            Arrays.stream(raw.getEnumConstants())
                                    .map(c -> spelling((Enum<?>) c))
                                    .toList()));
        }
        return raw.isSealed() ? variant(raw, node, path) : record(raw, node, path);
    }

    private static Object generic(ParameterizedType type, JsonNode node, String path) {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == Optional.class) {
            return node.isNull() ? Optional.empty() : Optional.of(value(arguments[0], node, path));
        }
        if (type.getRawType() == List.class) {
            expect(node.isArray(), node, path, "an array");
            List<Object> list = new ArrayList<>(node.size());
            for (JsonNode element : node) {
                list.add(value(arguments[0], element, path + "[" + list.size() + "]"));
            }
            return list;
        }
        expect(node.isObject(), node, path, "an object");
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties()
                .forEach(e -> map.put(
                        e.getKey(), value(arguments[arguments.length - 1], e.getValue(), path + "." + e.getKey())));
        return map;
    }

    private static Object variant(Class<?> family, JsonNode node, String path) {
        if (shaped(family, Shaped.Shape.ONE_KEY)) {
            if (node.isString()) {
                return record(permitted(family, node.stringValue(), path), NODES.objectNode(), path);
            }
            expect(node.isObject() && node.size() == 1, node, path, "an object of one key");
            var entry = node.properties().iterator().next();
            Class<?> type = permitted(family, entry.getKey(), path);
            String inner = path + "." + entry.getKey();
            RecordComponent[] components = type.getRecordComponents();
            if (isPlain(components)) {
                return construct(type, inner, value(components[0].getGenericType(), entry.getValue(), inner));
            }
            return record(type, entry.getValue(), inner);
        }
        expect(node.isObject(), node, path, "an object");
        ObjectNode object = ((ObjectNode) node).objectNode().setAll((ObjectNode) node);
        method(family, "upgrade", ObjectNode.class).ifPresent(m -> call(m, path, object));
        JsonNode type = object.remove("type");
        if (type == null) {
            throw new TokenizerException(path + ".type is missing; known: " + names(family));
        }
        return record(
                permitted(family, (String) value(String.class, type, path + ".type"), path + ".type"), object, path);
    }

    private static Class<?> permitted(Class<?> family, String name, String path) {
        return Arrays.stream(family.getPermittedSubclasses())
                .filter(c -> spelling(c).equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(path, name, names(family)));
    }

    private static Object record(Class<?> type, JsonNode node, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        if (shaped(type, Shaped.Shape.ARRAY)) {
            expect(node.isArray() && node.size() == components.length, node, path, "an array of " + components.length);
            for (int i = 0; i < values.length; i++) {
                values[i] = value(components[i].getGenericType(), node.get(i), path + "[" + i + "]");
            }
            return construct(type, path, values);
        }
        expect(node.isObject(), node, path, "an object");
        ObjectNode object = ((ObjectNode) node).objectNode().setAll((ObjectNode) node);
        method(type, "upgrade", ObjectNode.class).ifPresent(m -> call(m, path, object));
        for (int i = 0; i < values.length; i++) {
            String key = key(components[i]);
            JsonNode value = object.remove(key);
            values[i] = value != null
                    ? value(components[i].getGenericType(), value, path + "." + key)
                    : missing(type, components[i], path + "." + key);
        }
        if (!object.isEmpty()) {
            List<String> known = Arrays.stream(components).map(Json::key).toList();
            throw new TokenizerException(path + ": unknown " + List.copyOf(object.propertyNames()) + "; "
                    + spelling(type) + " has " + known);
        }
        return construct(type, path, values);
    }

    private static Object missing(Class<?> type, RecordComponent component, String path) {
        try {
            var constant = type.getDeclaredField("DEFAULT");
            constant.setAccessible(true);
            return component(constant.get(null), component);
        } catch (NoSuchFieldException e) {
            if (component.getType() == Optional.class) {
                return Optional.empty();
            }
            throw new TokenizerException(path + " is missing", e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object construct(Class<?> type, String path, Object... values) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw atPath(path, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object component(Object record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object call(Method method, String path, Object... arguments) {
        try {
            method.setAccessible(true);
            return Optional.ofNullable(method.invoke(null, arguments)).orElse(path);
        } catch (InvocationTargetException e) {
            throw atPath(path, e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RuntimeException atPath(String path, InvocationTargetException e) {
        return switch (e.getCause()) {
            case IllegalArgumentException cause -> new TokenizerException(path + ": " + cause.getMessage(), cause);
            case RuntimeException cause -> cause;
            case Error cause -> throw cause;
            default -> new IllegalStateException(e.getCause());
        };
    }

    private static Optional<Method> method(Class<?> type, String name, Class<?>... parameters) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(m -> m.getName().equals(name) && Arrays.equals(m.getParameterTypes(), parameters))
                .findFirst();
    }

    private static Optional<Class<?>> family(Class<?> type) {
        return Arrays.<Class<?>>stream(type.getInterfaces())
                .filter(Class::isSealed)
                .findFirst();
    }

    private static boolean shaped(AnnotatedElement type, Shaped.Shape shape) {
        Shaped shaped = type.getAnnotation(Shaped.class);
        return shaped != null && shaped.value() == shape;
    }

    private static boolean isPlain(RecordComponent[] components) {
        return components.length == 1
                && (components[0].getType().isPrimitive() || components[0].getType() == String.class);
    }

    private static String spelling(Class<?> type) {
        Spelled spelled = type.getAnnotation(Spelled.class);
        return spelled == null ? type.getSimpleName() : spelled.value();
    }

    private static String spelling(Enum<?> constant) {
        try {
            Spelled spelled =
                    constant.getDeclaringClass().getField(constant.name()).getAnnotation(Spelled.class);
            return spelled == null ? pascal(constant.name()) : spelled.value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String key(RecordComponent component) {
        Spelled spelled = component.getAnnotation(Spelled.class);
        return spelled == null
                ? component.getName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT)
                : spelled.value();
    }

    /// `MERGED_WITH_NEXT` as `MergedWithNext`.
    private static String pascal(String constant) {
        return Arrays.stream(constant.split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    private static List<String> names(Class<?> family) {
        return Arrays.stream(family.getPermittedSubclasses())
                .map(Json::spelling)
                .toList();
    }

    private static JsonNode expect(boolean holds, JsonNode node, String path, String expected) {
        if (!holds) {
            String found = node.toString();
            throw new TokenizerException(path + " is " + (found.length() > 60 ? found.substring(0, 60) + "…" : found)
                    + "; expected " + expected);
        }
        return node;
    }

    private static TokenizerException unknown(String path, String name, List<String> known) {
        return new TokenizerException(path + " is \"" + name + "\", which is not known; known: " + known);
    }

    private static String firstLine(JacksonException e) {
        var place = e.getLocation();
        String where = place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
        return "not JSON" + where + ": "
                + e.getOriginalMessage().lines().findFirst().orElse("");
    }
}
