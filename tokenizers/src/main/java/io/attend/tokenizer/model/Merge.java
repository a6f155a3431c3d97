package io.attend.tokenizer.model;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.json.JsonForm;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Two neighbouring tokens that become one.
public record Merge(String left, String right) implements JsonForm {
    /// Reads `["a", "b"]`, and `"a b"` as older files have it.
    static Merge ofJson(JsonNode node, String path) {
        if (node.isArray()
                && node.size() == 2
                && node.get(0).isString()
                && node.get(1).isString()) {
            return new Merge(node.get(0).stringValue(), node.get(1).stringValue());
        }
        if (node.isString()) {
            return ofLine(node.stringValue(), path);
        }
        throw new TokenizerException(path + " is " + node + "; expected two tokens");
    }

    /// Reads a line of merges.txt: two tokens with a space between.
    public static Merge ofLine(String line, String path) {
        int space = line.indexOf(' ');
        if (space < 0 || line.indexOf(' ', space + 1) >= 0) {
            throw new TokenizerException(path + " is \"" + line + "\"; expected two tokens with a space between");
        }
        return new Merge(line.substring(0, space), line.substring(space + 1));
    }

    @Override
    public ArrayNode toJson() {
        return JsonNodeFactory.instance.arrayNode().add(left).add(right);
    }
}
