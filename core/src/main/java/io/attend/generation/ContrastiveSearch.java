package io.attend.generation;

import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Follower;
import io.attend.generation.Decoding.Start;
import io.attend.model.Session;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// The search of [Contrastive]. Every candidate of every text is a row of the batch for one step, and the rows
/// of those that were chosen go on.
record ContrastiveSearch(Contrastive how, Transformer model, Start start, Follower follower) {
    List<Written> run() {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open();
                Session session = start.session(model)) {
            int[][] prompts = start.prompt().rows();
            List<Text> texts = IntStream.range(0, prompts.length)
                    .mapToObj(row -> new Text(row, prompts[row]))
                    .toList();
            begin(session, texts);
            List<Text> going = texts;
            for (int step = 0; step < how.limit() && !going.isEmpty(); step++) {
                for (Text text : going) {
                    text.propose(how.limit() - step);
                }
                going = advance(session, going);
            }
            return texts.stream().map(Text::written).toList();
        }
    }

    private void begin(Session session, List<Text> texts) {
        try (Lifetime _ = Lifetime.open()) {
            Session.Read read = session.read(start.prompt());
            float[][] scores = Scores.rows(read.scores());
            float[][] vectors = Scores.rows(read.vectors()); // of all tokens of all rows
            int length = (int) start.prompt().length();
            for (Text text : texts) {
                text.scores = scores[text.row];
                for (int i = length - text.prompt; i < length; i++) { // what is padded is padded on the left
                    text.vectors.add(unit(vectors[text.row * length + i]));
                }
            }
        }
    }

    /// Tries the candidates of all texts in one pass; those texts that go on.
    private List<Text> advance(Session session, List<Text> going) {
        try (Lifetime _ = Lifetime.open()) {
            int tried = how.candidates();
            long[] rows = IntStream.range(0, going.size() * tried)
                    .mapToLong(i -> i / tried)
                    .toArray();
            long[] tokens = going.stream()
                    .flatMapToInt(text -> Arrays.stream(text.candidates))
                    .mapToLong(token -> token)
                    .toArray();
            session.select(Tensor.of(rows));
            Session.Read read = session.read(Tokens.of(Tensor.of(tokens, tokens.length, 1)));
            float[][] scores = Scores.rows(read.scores());
            float[][] vectors = Scores.rows(read.vectors());
            List<Text> on = new ArrayList<>();
            List<Long> kept = new ArrayList<>();
            for (int i = 0; i < going.size(); i++) {
                Text text = going.get(i);
                float[][] mine = Arrays.copyOfRange(vectors, i * tried, (i + 1) * tried);
                int best = text.best(mine);
                text.scores = scores[i * tried + best];
                text.vectors.add(unit(mine[best]));
                if (text.add(text.candidates[best])) {
                    on.add(text);
                    kept.add((long) i * tried + best);
                }
            }
            if (!on.isEmpty()) {
                session.select(Tensor.of(kept.stream().mapToLong(row -> row).toArray()));
            }
            return on;
        }
    }

    private static float[] unit(float[] vector) {
        double norm = 0;
        for (float x : vector) {
            norm += (double) x * x;
        }
        double by = Math.max(Math.sqrt(norm), 1e-12);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / by);
        }
        return unit;
    }

    /// One text, with the vectors of all its tokens.
    private final class Text {
        private final int row;
        private final int prompt;
        private final List<float[]> vectors = new ArrayList<>();
        private int[] tokens;
        private float[] scores = new float[0];
        private int[] candidates = new int[0];
        private double[] chances = new double[0];
        private OptionalInt end = OptionalInt.empty();

        Text(int row, int[] prompt) {
            this.row = row;
            this.prompt = prompt.length;
            this.tokens = prompt;
        }

        /// The likeliest words; where there are fewer than are tried, the first again.
        void propose(int left) {
            how.rules().forEach(rule -> rule.apply(scores, tokens));
            start.constraint().apply(scores, fresh(), left);
            chances = Scores.chances(scores);
            int[] ranked = Scores.sorted(
                    IntStream.range(0, scores.length).filter(word -> chances[word] > 0), word -> -chances[word]);
            int first = ranked[0];
            candidates = IntStream.range(0, how.candidates())
                    .map(i -> i < ranked.length ? ranked[i] : first)
                    .toArray();
        }

        int best(float[][] vectors) {
            int best = 0;
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < vectors.length; i++) {
                double score =
                        (1 - how.penalty()) * chances[candidates[i]] - how.penalty() * likeness(unit(vectors[i]));
                if (score > most) {
                    most = score;
                    best = i;
                }
            }
            return best;
        }

        private double likeness(float[] vector) {
            return vectors.stream()
                    .mapToDouble(before -> product(before, vector))
                    .max()
                    .orElseThrow();
        }

        private static double product(float[] a, float[] b) {
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += (double) a[i] * b[i];
            }
            return sum;
        }

        /// @return whether the text goes on
        boolean add(int token) {
            if (start.ends().contains(token)) {
                end = OptionalInt.of(token);
                return false;
            }
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[tokens.length - 1] = token;
            return follower.written(row, token);
        }

        private int[] fresh() {
            return Arrays.copyOfRange(tokens, prompt, tokens.length);
        }

        Written written() {
            return new Written(fresh(), end, OptionalDouble.empty());
        }
    }
}
