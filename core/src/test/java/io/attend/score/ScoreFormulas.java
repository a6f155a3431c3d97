package io.attend.score;

import io.attend.layer.Numbers;
import io.attend.value.Formulas;

/// The score of one query and one key, from the papers.
public final class ScoreFormulas {
    private ScoreFormulas() {}

    /// A query and a key of one head.
    @FunctionalInterface
    public interface Formula {
        double apply(double[] query, double[] key, Numbers numbers);
    }

    private static final Formulas<Score, Formula> ALL = Formulas.<Score, Formula>of(Score.class)
            .with(ScaledDotProduct.class, _ -> (query, key, _) -> {
                double product = 0;
                for (int i = 0; i < query.length; i++) {
                    product += query[i] * key[i];
                }
                return product / Math.sqrt(query.length);
            });

    public static Formula of(Score score) {
        return ALL.of(score);
    }
}
