package io.attend.tokenizer.json;

import tools.jackson.databind.JsonNode;

/// A value that writes its own JSON. Its class has `static X ofJson(JsonNode node, String path)` to read it
/// back.
public interface JsonForm {
    JsonNode toJson();
}
