package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;

/// Where a [Synthesizer] takes its scores from, instead of from pairs of tokens.
public sealed interface Synthesis
        permits DenseSynthesis, FactorizedDenseSynthesis, FactorizedRandomSynthesis, RandomSynthesis {
    /// The longest text N.
    int maximum();

    /// The same for texts of another length.
    Synthesis upTo(int longest);

    Built build(Parameters parameters, int width, Heads heads);

    /// A synthesis at work.
    interface Built {
        /// The scores of all N places for each query, [B, H, T, N] or [1, H, T, N], from the queries' own
        /// vectors [B, T, E] and where they stand.
        Tensor scores(Tensor x, Context context);

        /// Operations for that many queries.
        double flops(double rows);
    }

    static void check(int maximum) {
        if (maximum < 1) {
            throw new IllegalArgumentException("maximum must be at least 1, not " + maximum);
        }
    }
}
