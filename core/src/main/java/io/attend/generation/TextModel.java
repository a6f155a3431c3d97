package io.attend.generation;

import io.attend.data.TokenPair;
import io.attend.embedding.Tokens;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// An encoder-decoder and the tokenizer it was trained with: text in, text out.
///
/// Sources end with the end token; targets are written between the begin and the end token.
public record TextModel(Transformer model, Tokenizer tokenizer) {
    /// The tokens a vocabulary of this kind has beside those of its texts.
    public static final List<String> SPECIALS = List.of("<pad>", "<s>", "</s>", "<unk>");

    /// @throws IllegalArgumentException if the tokenizer lacks one of them
    public TextModel {
        required("padding", tokenizer.pad());
        required("begin", tokenizer.bos());
        required("end", tokenizer.eos());
    }

    private static int required(String role, OptionalInt id) {
        return id.orElseThrow(() ->
                new IllegalArgumentException("the tokenizer has no " + role + " token; it needs those of " + SPECIALS));
    }

    public int pad() {
        return tokenizer.pad().orElseThrow();
    }

    public int begin() {
        return tokenizer.bos().orElseThrow();
    }

    public int end() {
        return tokenizer.eos().orElseThrow();
    }

    /// A source and its target as ids, both with their end token; the target without its begin token.
    public TokenPair encode(String source, String target) {
        return new TokenPair(encode(source), encode(target));
    }

    /// A text as ids with its end token.
    public int[] encode(String text) {
        int[] ids = tokenizer.ids(text, Specials.SKIP);
        int[] ended = Arrays.copyOf(ids, ids.length + 1);
        ended[ids.length] = end();
        return ended;
    }

    /// What the model writes for each source.
    public List<String> write(List<String> sources, Decoding decoding) {
        try (Lifetime _ = Lifetime.open()) {
            Tokens source = Tokens.padded(sources.stream().map(this::encode).toList(), pad());
            long[] begins =
                    IntStream.range(0, sources.size()).mapToLong(_ -> begin()).toArray();
            Decoding.Start start = new Decoding.Start(Optional.of(source), Tensor.of(begins, sources.size(), 1), end());
            return decoding.write(model, start).stream()
                    .map(text -> tokenizer.decode(text.tokens()))
                    .toList();
        }
    }
}
