package io.attend.score;

import io.attend.layer.Bias;
import io.attend.layer.Numbers;
import io.attend.score.TalkingHeads.Where;
import io.attend.value.Formulas;
import java.util.stream.IntStream;

/// The scores of one query and one key in all heads, from the papers.
public final class ScoreFormulas {
    private ScoreFormulas() {}

    /// What one pair of positions is to each head.
    @FunctionalInterface
    public interface Formula {
        /// Queries [H][D] and the key each head looks at [H][D] → [H].
        double[] apply(double[][] queries, double[][] keys, Numbers numbers);

        /// What becomes of the weights that softmax gives the pair, [H] → [H].
        default double[] weights(double[] weights, Numbers numbers) {
            return weights;
        }

        /// A formula of each head alone.
        static Formula each(Pair pair) {
            return (queries, keys, numbers) -> IntStream.range(0, queries.length)
                    .mapToDouble(head -> pair.apply(queries[head], keys[head], head, numbers))
                    .toArray();
        }
    }

    /// A query and a key of one head.
    @FunctionalInterface
    public interface Pair {
        double apply(double[] query, double[] key, int head, Numbers numbers);
    }

    private static final Formulas<Score, Formula> ALL = Formulas.<Score, Formula>of(Score.class)
            .with(
                    ScaledDotProduct.class,
                    _ -> Formula.each((query, key, _, _) -> dot(query, key) / Math.sqrt(query.length)))
            .with(DotProduct.class, _ -> Formula.each((query, key, _, _) -> dot(query, key)))
            .with(
                    FixedScaleDotProduct.class,
                    value -> Formula.each((query, key, _, _) -> value.scale() * dot(query, key)))
            .with(
                    General.class,
                    _ -> Formula.each((query, key, _, numbers) ->
                            dot(query, numbers.in("key").linear(key, Bias.NONE))))
            .with(Additive.class, _ -> Formula.each(ScoreFormulas::additive))
            .with(
                    CosineSimilarity.class,
                    _ -> Formula.each(
                            (query, key, head, numbers) -> Math.min(100, Math.exp(numbers.vector("scale")[head]))
                                    * dot(query, key)
                                    / Math.sqrt(dot(query, query) * dot(key, key))))
            .with(SoftCap.class, ScoreFormulas::capped)
            .with(TalkingHeads.class, ScoreFormulas::talking);

    public static Formula of(Score score) {
        return ALL.of(score);
    }

    private static double dot(double[] a, double[] b) {
        double product = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
        }
        return product;
    }

    private static double additive(double[] query, double[] key, int head, Numbers numbers) {
        double[] q = numbers.in("query").linear(query, Bias.NONE);
        double[] k = numbers.in("key").linear(key, Bias.NONE);
        double score = 0;
        for (int a = 0; a < q.length; a++) {
            score += numbers.vector("vector")[a] * Math.tanh(q[a] + k[a]);
        }
        return score;
    }

    private static Formula capped(SoftCap value) {
        Formula of = of(value.of());
        return new Formula() {
            @Override
            public double[] apply(double[][] queries, double[][] keys, Numbers numbers) {
                double[] scores = of.apply(queries, keys, numbers);
                return IntStream.range(0, scores.length)
                        .mapToDouble(head -> value.cap() * Math.tanh(scores[head] / value.cap()))
                        .toArray();
            }

            @Override
            public double[] weights(double[] weights, Numbers numbers) {
                return of.weights(weights, numbers);
            }
        };
    }

    private static Formula talking(TalkingHeads value) {
        Formula of = of(value.of());
        return new Formula() {
            @Override
            public double[] apply(double[][] queries, double[][] keys, Numbers numbers) {
                double[] scores = of.apply(queries, keys, numbers.in("of"));
                return value.where() == Where.AFTER ? scores : mixed(numbers.matrix("before", scores.length), scores);
            }

            @Override
            public double[] weights(double[] weights, Numbers numbers) {
                double[] inner = of.weights(weights, numbers.in("of"));
                return value.where() == Where.BEFORE ? inner : mixed(numbers.matrix("after", inner.length), inner);
            }
        };
    }

    private static double[] mixed(double[][] matrix, double[] heads) {
        return IntStream.range(0, heads.length)
                .mapToDouble(head -> dot(matrix[head], heads))
                .toArray();
    }
}
