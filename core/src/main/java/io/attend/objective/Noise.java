package io.attend.objective;

import io.attend.tokenizer.Tokenizer;
import java.util.random.RandomGenerator;

/// A way to spoil a text that is learned from: for a model to restore, or so that no single word decides.
public sealed interface Noise
        permits DocumentRotation,
                SentencePermutation,
                SpanCutoff,
                TextInfilling,
                TokenDeletion,
                TokenInsertion,
                TokenMasking,
                TokenReplacement {
    /// The tokens as they are read instead, a new array; there may be none.
    int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random);

    /// What tokens mean.
    ///
    /// @param size how many there are
    /// @param mask what stands for hidden ones
    /// @param ends for each whether a sentence ends with it
    record Vocabulary(int size, int mask, boolean[] ends) {
        static Vocabulary of(Tokenizer tokenizer, int mask) {
            boolean[] ends = new boolean[tokenizer.size()];
            for (int id = 0; id < ends.length; id++) {
                String text = tokenizer.has(id) ? tokenizer.decode(id).strip() : "";
                ends[id] = text.endsWith(".") || text.endsWith("!") || text.endsWith("?");
            }
            return new Vocabulary(ends.length, mask, ends);
        }
    }
}
