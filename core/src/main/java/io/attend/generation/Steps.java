package io.attend.generation;

import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Follower;
import io.attend.generation.Decoding.Start;
import io.attend.model.Session;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Writing one token after another, in which decodings differ only in how they choose. Texts that have ended
/// leave the batch.
record Steps(Transformer model, Start start, int limit, List<Rule> rules, Follower follower) {
    /// How the next token of a text is chosen from its scores [V], which it may change.
    @FunctionalInterface
    interface Choice {
        int of(int row, float[] scores);
    }

    List<Written> write(Choice choice) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open();
                Session session = start.session(model)) {
            List<Text> texts = Text.of(start.prompt());
            List<Text> going = texts;
            Tokens next = start.prompt();
            for (int step = 0; step < limit && !going.isEmpty(); step++) {
                float[][] scores = scores(session, next);
                for (int i = 0; i < scores.length; i++) {
                    Text text = going.get(i);
                    int[] before = rules.isEmpty() ? new int[0] : text.all();
                    float[] row = scores[i];
                    rules.forEach(rule -> rule.apply(row, before));
                    start.constraint().apply(row, text.fresh(), limit - step);
                    text.add(choice.of(text.row, row), start, follower);
                }
                List<Text> now = going;
                int[] rows = IntStream.range(0, now.size())
                        .filter(i -> !now.get(i).ended)
                        .toArray();
                going = Arrays.stream(rows).mapToObj(now::get).toList();
                if (going.isEmpty() || step + 1 == limit) {
                    break;
                }
                if (rows.length < now.size()) {
                    session.select(Tensor.of(Arrays.stream(rows).asLongStream().toArray()));
                }
                next = Tokens.of(Tensor.of(going.stream().mapToLong(Text::last).toArray(), going.size(), 1));
            }
            return texts.stream().map(Text::written).toList();
        }
    }

    private static float[][] scores(Session session, Tokens next) {
        try (Lifetime _ = Lifetime.open()) {
            return Scores.rows(session.next(next)); // [B, V]
        }
    }

    /// One text: its prompt and what was written behind it.
    private static final class Text {
        private final int row;
        private final int prompt;
        private int[] tokens;
        private int length;
        private boolean ended;
        private OptionalInt end = OptionalInt.empty();

        private Text(int row, int[] prompt) {
            this.row = row;
            this.prompt = prompt.length;
            this.tokens = prompt;
            this.length = prompt.length;
        }

        static List<Text> of(Tokens prompts) {
            int[][] rows = prompts.rows();
            return IntStream.range(0, rows.length)
                    .mapToObj(row -> new Text(row, rows[row]))
                    .toList();
        }

        void add(int token, Start start, Follower follower) {
            if (start.ends().contains(token)) {
                ended = true;
                end = OptionalInt.of(token);
                return;
            }
            if (length == tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(16, 2 * length));
            }
            tokens[length++] = token;
            ended = !follower.written(row, token);
        }

        int[] fresh() {
            return Arrays.copyOfRange(tokens, prompt, length);
        }

        int[] all() {
            return Arrays.copyOf(tokens, length);
        }

        long last() {
            return tokens[length - 1];
        }

        Written written() {
            return new Written(Arrays.copyOfRange(tokens, prompt, length), end, OptionalDouble.empty());
        }
    }
}
