package io.attend.head;

import io.attend.layer.Context;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// The vector where a word stands, such as the end-of-text token: the last one in BART, the first in CLIP.
///
///     y = x_l        l the last (or first) position of the word `token`
///
/// x [B, T, E] → y [B, E]. A text without the word is refused. Names: BART's `eos_token_id`.
@Source(
        paper = "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and"
                + " Comprehension",
        arxiv = "1910.13461")
public record TokenPooling(int token, @Default("\"last\"") Occurrence occurrence) implements Pooling {
    public static final TokenPooling EXAMPLE = new TokenPooling(2, Occurrence.LAST);
    public static final TokenPooling FIRST = new TokenPooling(2, Occurrence.FIRST);

    /// Which of several.
    public enum Occurrence {
        FIRST,
        LAST
    }

    public TokenPooling {
        if (token < 0) {
            throw new IllegalArgumentException("token must be at least 0, not " + token);
        }
    }

    @Override
    public Tensor apply(Tensor x, Context context) {
        Tensor words = context.words()
                .orElseThrow(() -> new IllegalArgumentException(
                        "pooling at the word " + token + " needs words, and the input has none"));
        Tensor found = words.eq(token); // [B, T]
        Tensor rows = found.any(1, Tensor.Axis.DROPPED);
        if (!rows.all()) {
            throw new IllegalArgumentException("pooling at the word " + token + ": text "
                    + rows.logicalNot()
                            .to(io.attend.tensor.DType.INT64)
                            .argmax(0)
                            .toLongs()[0]
                    + " of the batch does not have it; end every text with it");
        }
        return occurrence == Occurrence.LAST ? Kept.last(x, found) : Kept.first(x, found); // [B, E]
    }
}
