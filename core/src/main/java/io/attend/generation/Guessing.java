package io.attend.generation;

import io.attend.generation.Decoding.Start;

/// Where [Speculative] has the tokens from that it has the model check.
public sealed interface Guessing permits DraftModel, LookUp {
    /// Tokens that are guessed at a time.
    int tokens();

    /// One guesser for each text.
    Guesser open(Start start);

    /// Guesses what texts go on with.
    interface Guesser extends AutoCloseable {
        /// What may come next, at most so many tokens; none where there is no idea.
        ///
        /// @param text the tokens so far, the prompt included
        Guess[] guess(int row, int[] text, int most, Chooser chooser);

        @Override
        void close();
    }

    /// A token, and the chances [V] it was drawn by; none where it was not drawn.
    record Guess(int token, double[] chances) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Guess(var same, var odds) && token == same && java.util.Arrays.equals(chances, odds);
        }

        @Override
        public int hashCode() {
            return token;
        }
    }
}
