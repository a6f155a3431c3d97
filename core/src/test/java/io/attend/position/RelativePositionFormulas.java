package io.attend.position;

import io.attend.layer.Numbers;
import io.attend.value.Formulas;

/// What a position does inside attention, from the papers.
public final class RelativePositionFormulas {
    private RelativePositionFormulas() {}

    /// What happens to one query or key of one head where it stands, and what is added to their score.
    public interface Formula {
        double[] query(double[] query, int position, Numbers numbers);

        double[] key(double[] key, int position, Numbers numbers);

        double bias(int head, int query, int key, Numbers numbers);
    }

    private static final Formulas<RelativePosition, Formula> ALL = Formulas.<RelativePosition, Formula>of(
                    RelativePosition.class)
            .with(NoPosition.class, _ -> new Formula() {
                @Override
                public double[] query(double[] query, int position, Numbers numbers) {
                    return query;
                }

                @Override
                public double[] key(double[] key, int position, Numbers numbers) {
                    return key;
                }

                @Override
                public double bias(int head, int query, int key, Numbers numbers) {
                    return 0;
                }
            });

    public static Formula of(RelativePosition position) {
        return ALL.of(position);
    }
}
