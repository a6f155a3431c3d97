package io.attend.tokenizer.model;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.json.Spelled;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// Each piece is one token, or the unknown one.
public record WordLevel(@Spelled("vocab") Vocabulary vocabulary, String unkToken) implements Model {
    @Override
    public OptionalInt unknown() {
        return vocabulary.id(unkToken);
    }

    @Override
    public Supplier<Segmenter> build() {
        int unknown = unknown().orElse(-1);
        Segmenter segmenter = (chars, start, end, out) -> {
            int id = vocabulary.id(chars, start, end);
            if (id < 0 && unknown < 0) {
                throw new TokenizerException("\"" + new String(chars, start, end - start)
                        + "\" is not in the vocabulary, nor is unk_token \"" + unkToken + "\"");
            }
            out.add(id < 0 ? unknown : id, start, end);
        };
        return () -> segmenter;
    }
}
