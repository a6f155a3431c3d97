package io.attend.tokenizer;

import io.attend.tokenizer.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Which ids fill up, begin and end a text, and stand for the unknown.
record Roles(OptionalInt pad, OptionalInt bos, OptionalInt eos, OptionalInt unk) {

    /// The tokens that a `tokenizer_config.json` or `special_tokens_map.json` names.
    record Names(Optional<String> pad, Optional<String> bos, Optional<String> eos, Optional<String> unk) {
        static final Names NONE = new Names(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        static Names read(Path folder) {
            Names names = NONE;
            for (String file : List.of("special_tokens_map.json", "tokenizer_config.json")) {
                Path path = folder.resolve(file);
                if (Files.exists(path)) {
                    try {
                        JsonNode config = Json.parse(Files.readAllBytes(path), path.toString());
                        names = new Names(
                                name(config, "pad_token").or(names::pad),
                                name(config, "bos_token").or(names::bos),
                                name(config, "eos_token").or(names::eos),
                                name(config, "unk_token").or(names::unk));
                    } catch (IOException e) {
                        throw new TokenizerException(path + ": cannot be read: " + e, e);
                    }
                }
            }
            return names;
        }

        /// A name is a string, or an object whose `content` is one.
        private static Optional<String> name(JsonNode config, String key) {
            JsonNode node = config.path(key);
            JsonNode content = node.isObject() ? node.path("content") : node;
            return content.isString() ? Optional.of(content.stringValue()) : Optional.empty();
        }
    }

    /// The named tokens first, then what the pipeline says, then special tokens with a usual name.
    static Roles of(Names names, Pipeline pipeline, Function<String, OptionalInt> id) {
        return new Roles(
                first(List.of(
                        names.pad().map(id),
                        pipeline.padding().map(p -> OptionalInt.of(p.padId())),
                        usual(pipeline, "<pad>", "[PAD]", "<|pad|>", "<|padding|>"))),
                first(List.of(
                        names.bos().map(id),
                        usual(
                                pipeline,
                                "<s>",
                                "<bos>",
                                "[BOS]",
                                "<|begin_of_text|>",
                                "<|startoftext|>",
                                "<｜begin▁of▁sentence｜>"))),
                first(List.of(
                        names.eos().map(id),
                        usual(
                                pipeline,
                                "</s>",
                                "<eos>",
                                "[EOS]",
                                "<|endoftext|>",
                                "<|end_of_text|>",
                                "<｜end▁of▁sentence｜>"))),
                first(List.of(
                        names.unk().map(id),
                        Optional.of(pipeline.model().unknown()),
                        usual(pipeline, "<unk>", "[UNK]", "<|unk|>"))));
    }

    private static OptionalInt first(List<Optional<OptionalInt>> choices) {
        return choices.stream()
                .flatMap(Optional::stream)
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElse(OptionalInt.empty());
    }

    private static Optional<OptionalInt> usual(Pipeline pipeline, String... contents) {
        return Stream.of(contents)
                .flatMap(content -> pipeline.addedTokens().stream()
                        .filter(token -> token.special() && token.content().equals(content)))
                .findFirst()
                .map(token -> OptionalInt.of(token.id()));
    }
}
