package io.attend.form;

import io.attend.value.Source;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON that a schema describes, on one line: properties in the order of the schema, at most one space behind a
/// comma or a colon, and nothing the schema does not name.
///
/// Known are `type`, `properties`, `required`, `additionalProperties`, `items`, `minItems`, `maxItems`,
/// `minLength`, `maxLength`, `pattern`, `enum`, `const`, `anyOf` and `$ref` into the schema itself, where that
/// does not go round. A keyword that would narrow what may be written and is not known is refused by name.
///
/// @param schema its text
@Source(paper = "JSON Schema: A Media Type for Describing JSON Documents", reference = "Wright and others, 2020-12")
public record JsonSchema(String schema) implements Form {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int DEEPEST = 32;
    private static final Set<String> KNOWN = Set.of(
            "type properties required additionalProperties items minItems maxItems minLength maxLength pattern enum const anyOf $ref"
                    .split(" "));
    private static final Set<String> INERT =
            Set.of("title description default examples $schema $id $comment $defs definitions format".split(" "));

    public static final JsonSchema EXAMPLE = new JsonSchema("""
            {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
             "required": ["name"]}""");

    public JsonSchema {
        expression(schema);
    }

    @Override
    public Expression expression() {
        return expression(schema);
    }

    private static Expression expression(String schema) {
        try {
            return new Reader(Values.tree(JSON, schema)).any("$", Values.tree(JSON, schema), 0);
        } catch (ValueException e) {
            throw new IllegalArgumentException("the JSON schema is not JSON: " + e.getMessage(), e);
        }
    }

    private record Reader(JsonNode root) {
        private static final Expression SPACE = Expression.optional(Expression.text(" "));
        private static final Expression COMMA = Expression.sequence(Expression.text(","), SPACE);
        private static final Expression COLON = Expression.sequence(Expression.text(":"), SPACE);
        private static final Expression INTEGER = ExpressionParser.whole("-?(0|[1-9][0-9]*)");
        private static final Expression NUMBER =
                ExpressionParser.whole("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

        private static IllegalArgumentException refuse(String path, String why) {
            return new IllegalArgumentException("JSON schema, " + path + ": " + why);
        }

        Expression any(String path, JsonNode node, int depth) {
            if (!node.isObject()) {
                throw refuse(path, "expected an object that says what may be written, not " + short_(node));
            }
            if (depth > DEEPEST) {
                throw refuse(
                        path, "goes round or is nested more than " + DEEPEST + " deep, which no automaton can follow");
            }
            TreeSet<String> unknown = new TreeSet<>(node.propertyNames());
            unknown.removeAll(KNOWN);
            unknown.removeAll(INERT);
            if (!unknown.isEmpty()) {
                throw refuse(
                        path,
                        "does not know " + String.join(", ", unknown) + "; known: "
                                + String.join(", ", new TreeSet<>(KNOWN)));
            }
            if (node.has("$ref")) {
                return any(path + ".$ref", referred(path, node.get("$ref")), depth + 1);
            }
            if (node.has("const")) {
                return Expression.text(node.get("const").toString());
            }
            if (node.has("enum")) {
                JsonNode values = list(path + ".enum", node.get("enum"));
                return Expression.choice(values.valueStream()
                        .map(value -> Expression.text(value.toString()))
                        .toList());
            }
            if (node.has("anyOf")) {
                JsonNode options = list(path + ".anyOf", node.get("anyOf"));
                return Expression.choice(IntStream.range(0, options.size())
                        .mapToObj(i -> any(path + ".anyOf[" + i + "]", options.get(i), depth + 1))
                        .toList());
            }
            JsonNode type = node.get("type");
            if (type == null) {
                throw refuse(path, "says no type; add \"type\", \"enum\", \"const\", \"anyOf\" or \"$ref\"");
            }
            Stream<JsonNode> types = type.isArray() ? list(path + ".type", type).valueStream() : Stream.of(type);
            return Expression.choice(
                    types.map(one -> typed(path, one, node, depth)).toList());
        }

        private static String short_(JsonNode node) {
            String text = node.toString();
            return text.length() <= 40 ? text : text.substring(0, 40) + "...";
        }

        private static JsonNode list(String path, JsonNode node) {
            if (!node.isArray() || node.isEmpty()) {
                throw refuse(path, "expected a list of at least one, not " + short_(node));
            }
            return node;
        }

        private JsonNode referred(String path, JsonNode reference) {
            String text = reference.asString("");
            JsonNode found = text.equals("#") ? root : text.startsWith("#/") ? root.at(text.substring(1)) : null;
            if (found == null || found.isMissingNode()) {
                throw refuse(path, "$ref " + short_(reference) + " is no place in this schema");
            }
            return found;
        }

        private Expression typed(String path, JsonNode type, JsonNode node, int depth) {
            return switch (type.asString("")) {
                case "string" -> string(path, node);
                case "integer" -> INTEGER;
                case "number" -> NUMBER;
                case "boolean" -> Expression.choice(List.of(Expression.text("true"), Expression.text("false")));
                case "null" -> Expression.text("null");
                case "array" -> array(path, node, depth);
                case "object" -> object(path, node, depth);
                default ->
                    throw refuse(
                            path,
                            "type " + short_(type)
                                    + " is none; known: string, integer, number, boolean, null, array, object");
            };
        }

        private static int count(String path, JsonNode node, String key, int missing) {
            JsonNode value = node.get(key);
            if (value == null) {
                return missing;
            }
            if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
                throw refuse(path + "." + key, "expected a count, not " + short_(value));
            }
            return value.intValue();
        }

        private static Expression repeated(String path, JsonNode node, String keys, Expression one) {
            int least = count(path, node, "min" + keys, 0);
            int most = count(path, node, "max" + keys, Expression.FOREVER);
            if (most != Expression.FOREVER && most < least) {
                throw refuse(path, "min" + keys + " " + least + " is more than max" + keys + " " + most);
            }
            return new Expression.Repeat(one, least, most);
        }

        private static Expression string(String path, JsonNode node) {
            Expression quote = Expression.text("\"");
            if (!node.has("pattern")) {
                Expression any = written(ExpressionParser.range(0, Character.MAX_CODE_POINT));
                return Expression.sequence(quote, repeated(path, node, "Length", any), quote);
            }
            if (node.has("minLength") || node.has("maxLength")) {
                throw refuse(path, "has a pattern and a length; say the length in the pattern");
            }
            try {
                return Expression.sequence(
                        quote, ExpressionParser.somewhere(node.get("pattern").asString(""), Reader::written), quote);
            } catch (IllegalArgumentException e) {
                throw refuse(path + ".pattern", e.getMessage());
            }
        }

        /// One character of a set as it stands between quotes.
        private static Expression written(BitSet set) {
            BitSet plain = (BitSet) set.clone();
            plain.clear(0, 0x20);
            plain.clear('"');
            plain.clear('\\');
            List<Expression> options = new ArrayList<>();
            if (!plain.isEmpty()) {
                options.add(ExpressionParser.plain().apply(plain));
            }
            String short_ = "\"\\\b\f\n\r\t";
            String names = "\"\\bfnrt";
            for (int i = 0; i < short_.length(); i++) {
                if (set.get(short_.charAt(i))) {
                    options.add(Expression.text("\\" + names.charAt(i)));
                }
            }
            for (int control = 0; control < 0x20; control++) {
                if (set.get(control) && short_.indexOf(control) < 0) {
                    options.add(Expression.text(String.format("\\u%04x", control)));
                }
            }
            return Expression.choice(options);
        }

        private Expression array(String path, JsonNode node, int depth) {
            if (!node.has("items")) {
                throw refuse(path, "says nothing of its items; add \"items\"");
            }
            Expression item = any(path + ".items", node.get("items"), depth + 1);
            int least = count(path, node, "minItems", 0);
            int most = count(path, node, "maxItems", Expression.FOREVER);
            if (most != Expression.FOREVER && most < least) {
                throw refuse(path, "minItems " + least + " is more than maxItems " + most);
            }
            return enclosed("[", items(item, least, most), "]");
        }

        private static Expression items(Expression item, int least, int most) {
            if (most == 0) {
                return Expression.EMPTY;
            }
            Expression more = new Expression.Repeat(
                    Expression.sequence(COMMA, item),
                    Math.max(0, least - 1),
                    most == Expression.FOREVER ? Expression.FOREVER : most - 1);
            Expression some = Expression.sequence(item, more);
            return least == 0 ? Expression.optional(some) : some;
        }

        private static Expression enclosed(String open, Expression inner, String close) {
            return Expression.sequence(Expression.text(open), inner, Expression.text(close));
        }

        private Expression object(String path, JsonNode node, int depth) {
            JsonNode extra = node.get("additionalProperties");
            JsonNode properties = node.get("properties");
            if (properties == null) {
                if (extra == null || !extra.isObject()) {
                    throw refuse(
                            path,
                            "names no properties; add \"properties\", or \"additionalProperties\" with a"
                                    + " schema for those of any name");
                }
                Expression key = string(path, JSON.createObjectNode());
                Expression value = any(path + ".additionalProperties", extra, depth + 1);
                return enclosed("{", items(Expression.sequence(key, COLON, value), 0, Expression.FOREVER), "}");
            }
            if (!properties.isObject()) {
                throw refuse(path + ".properties", "expected an object, not " + short_(properties));
            }
            Set<String> required = new TreeSet<>();
            if (node.has("required")) {
                list(path + ".required", node.get("required")).forEach(name -> required.add(name.asString("")));
            }
            List<Expression> all = new ArrayList<>();
            List<Boolean> needed = new ArrayList<>();
            properties.properties().forEach(entry -> {
                Expression name = Expression.text(JSON.writeValueAsString(entry.getKey()));
                Expression value = any(path + "." + entry.getKey(), entry.getValue(), depth + 1);
                all.add(Expression.sequence(name, COLON, value));
                needed.add(required.remove(entry.getKey()));
            });
            if (!required.isEmpty()) {
                throw refuse(path, "requires " + String.join(", ", required) + ", which no property is called");
            }
            return enclosed("{", members(all, needed), "}");
        }

        /// Those that are needed and any of the others, in order, with commas between them.
        private static Expression members(List<Expression> all, List<Boolean> needed) {
            List<Expression> options = new ArrayList<>();
            for (int first = 0; first < all.size(); first++) {
                List<Expression> parts = new ArrayList<>(List.of(all.get(first)));
                for (int i = first + 1; i < all.size(); i++) {
                    Expression more = Expression.sequence(COMMA, all.get(i));
                    parts.add(needed.get(i) ? more : Expression.optional(more));
                }
                options.add(new Expression.Sequence(parts));
                if (needed.get(first)) {
                    return Expression.choice(options);
                }
            }
            options.add(Expression.EMPTY);
            return Expression.choice(options);
        }
    }
}
