package io.attend.generation;

import io.attend.embedding.Tokens;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.TextStream;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// A model and the tokenizer it was trained with: text in, text out.
///
/// An encoder-decoder reads sources that end with the end token and writes between the begin and the end token; a
/// decoder goes on from a prompt.
public record TextModel(Transformer model, Words words) {
    /// The tokens a vocabulary of this kind has beside those of its texts.
    public static final List<String> SPECIALS = List.of("<pad>", "<s>", "</s>", "<unk>");

    /// @throws IllegalArgumentException if the tokenizer lacks one of them
    public TextModel(Transformer model, Tokenizer tokenizer) {
        this(model, new Words(tokenizer));
    }

    public Tokenizer tokenizer() {
        return words.tokenizer;
    }

    /// A tokenizer that has the tokens of [#SPECIALS], by whatever names.
    public record Words(Tokenizer tokenizer) {
        public Words {
            required("padding", tokenizer.pad());
            required("begin", tokenizer.bos());
            required("end", tokenizer.eos());
        }

        private static int required(String role, OptionalInt id) {
            return id.orElseThrow(() -> new IllegalArgumentException(
                    "the tokenizer has no " + role + " token; it needs those of " + SPECIALS));
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

        /// What stands for a word nobody knows; the padding token where there is none.
        public int unknown() {
            return tokenizer.unk().orElseGet(this::pad);
        }

        /// A text as ids with its end token.
        public int[] ended(String text) {
            int[] ids = tokenizer.ids(text, Specials.SKIP);
            int[] ended = Arrays.copyOf(ids, ids.length + 1);
            ended[ids.length] = end();
            return ended;
        }
    }

    /// What the model writes about each source.
    public List<String> write(List<String> sources, Decoding decoding) {
        try (Lifetime _ = Lifetime.open()) {
            Tokens source = Tokens.padded(sources.stream().map(words::ended).toList(), words.pad());
            long[] begins = IntStream.range(0, sources.size())
                    .mapToLong(_ -> words.begin())
                    .toArray();
            Decoding.Start start =
                    new Decoding.Start(Optional.of(source), Tensor.of(begins, sources.size(), 1), words.end());
            return decoding.write(model, start).stream()
                    .map(text -> tokenizer().decode(text.tokens()))
                    .toList();
        }
    }

    /// What the model writes behind a prompt, without the prompt.
    public String continued(String prompt, Decoding decoding) {
        StringBuilder text = new StringBuilder();
        continued(prompt, decoding, text::append);
        return text.toString();
    }

    /// What the model writes behind a prompt, without the prompt, told as it is written; never half a character.
    ///
    /// @throws IllegalArgumentException if the prompt has no tokens
    public void continued(String prompt, Decoding decoding, Consumer<String> told) {
        int[] ids = tokenizer().ids(prompt, Specials.SKIP);
        if (ids.length == 0) {
            throw new IllegalArgumentException("the prompt is empty; give at least a word to go on from");
        }
        try (Lifetime _ = Lifetime.open()) {
            TextStream stream = tokenizer().stream();
            for (int id : ids) {
                stream.next(id); // how a word begins depends on the one before it
            }
            Decoding.Start start =
                    new Decoding.Start(Optional.empty(), Tokens.padded(List.of(ids), words.pad()), Set.of(words.end()));
            decoding.write(model, start, (_, token) -> {
                told.accept(stream.next(token));
                return true;
            });
            told.accept(stream.end());
        }
    }
}
