package io.attend.tokenizer;

import io.attend.tokenizer.format.RoleNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;

/// Which ids fill up, begin and end a text, and stand for the unknown.
record Roles(OptionalInt pad, OptionalInt bos, OptionalInt eos, OptionalInt unk) {

    /// The named tokens first, then what the pipeline says, then special tokens with a usual name.
    static Roles of(RoleNames names, Pipeline pipeline, Function<String, OptionalInt> id) {
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
