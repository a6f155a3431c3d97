package io.attend.tokenizer.format;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Which tokens fill up, begin and end a text and stand for the unknown, where a file says so.
public record RoleNames(Optional<String> pad, Optional<String> bos, Optional<String> eos, Optional<String> unk) {
    public static final RoleNames NONE =
            new RoleNames(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /// What `special_tokens_map.json` and `tokenizer_config.json` in a folder say; the second wins.
    public static RoleNames beside(Path file) {
        RoleNames names = NONE;
        for (String name : List.of("special_tokens_map.json", "tokenizer_config.json")) {
            JsonNode config = config(file, name);
            names = new RoleNames(
                            name(config, "pad_token"),
                            name(config, "bos_token"),
                            name(config, "eos_token"),
                            name(config, "unk_token"))
                    .or(names);
        }
        return names;
    }

    /// The JSON file `name` beside `file`; an empty object if there is none.
    static JsonNode config(Path file, String name) {
        Path path = file.resolveSibling(name);
        if (!Files.isRegularFile(path)) {
            return tools.jackson.databind.node.JsonNodeFactory.instance.objectNode();
        }
        try {
            return Json.parse(Files.readAllBytes(path), path.toString());
        } catch (IOException e) {
            throw new TokenizerException(path + ": cannot be read: " + e, e);
        }
    }

    /// These names, and those of `other` where there is none.
    public RoleNames or(RoleNames other) {
        return new RoleNames(pad.or(other::pad), bos.or(other::bos), eos.or(other::eos), unk.or(other::unk));
    }

    /// A name is a string, or an object whose `content` is one.
    private static Optional<String> name(JsonNode config, String key) {
        JsonNode node = config.path(key);
        JsonNode content = node.isObject() ? node.path("content") : node;
        return content.isString() ? Optional.of(content.stringValue()) : Optional.empty();
    }
}
