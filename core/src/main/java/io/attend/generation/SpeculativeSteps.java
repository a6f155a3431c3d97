package io.attend.generation;

import io.attend.generation.Decoding.Follower;
import io.attend.generation.Decoding.Start;
import io.attend.generation.Guessing.Guess;
import io.attend.generation.Guessing.Guesser;
import io.attend.model.Session;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// The steps of [Speculative]: guess, check in one pass, take back what was wrong.
record SpeculativeSteps(Speculative how, Transformer model, Start start, Follower follower) {
    List<Written> run() {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open();
                Session prompt = start.session(model);
                Guesser guesser = how.guessing().open(start)) {
            int[][] prompts = start.prompt().rows();
            List<Written> written = new ArrayList<>();
            for (int row = 0; row < prompts.length; row++) {
                try (OneText session = new OneText(prompt, start.prompt(), row)) {
                    written.add(new Text(row, prompts[row], session).write(guesser));
                }
            }
            return written;
        }
    }

    private final class Text {
        private final int row;
        private final int prompt;
        private final OneText session;
        private final Chooser chooser;
        private int[] tokens;
        private OptionalInt end = OptionalInt.empty();
        private boolean going = true;

        Text(int row, int[] prompt, OneText session) {
            this.row = row;
            this.prompt = prompt.length;
            this.tokens = prompt;
            this.session = session;
            this.chooser = how.chooser(row, prompt.length, start.constraint());
        }

        private int left() {
            return how.limit() - (tokens.length - prompt);
        }

        Written write(Guesser guesser) {
            while (going && left() > 0) {
                int most = Math.min(how.guessing().tokens(), left() - 1);
                Guess[] guesses = most == 0 ? new Guess[0] : guesser.guess(row, tokens, most, chooser);
                float[][] scores = check(guesses);
                for (int i = 0; i <= guesses.length && going; i++) {
                    double[] chances = chooser.chances(scores[i], tokens, left());
                    if (i == guesses.length) {
                        add(chooser.choose(chances));
                    } else {
                        int token = chooser.check(guesses[i], chances);
                        add(token);
                        if (token != guesses[i].token()) {
                            break;
                        }
                    }
                }
                session.truncate(tokens.length - 1); // the last has not been read
            }
            return new Written(Arrays.copyOfRange(tokens, prompt, tokens.length), end, OptionalDouble.empty());
        }

        /// Scores of what follows the last token and each guess.
        private float[][] check(Guess[] guesses) {
            try (Lifetime _ = Lifetime.open()) {
                int[] next = new int[guesses.length + 1];
                next[0] = tokens[tokens.length - 1];
                for (int i = 0; i < guesses.length; i++) {
                    next[i + 1] = guesses[i].token();
                }
                return Scores.rows(session.all(next));
            }
        }

        private void add(int token) {
            if (start.ends().contains(token)) {
                end = OptionalInt.of(token);
                going = false;
                return;
            }
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[tokens.length - 1] = token;
            going = follower.written(row, token);
        }
    }
}
