package io.attend.router;

import io.attend.layer.Place;
import java.util.Arrays;

/// How many choices each expert of one mixture got in one pass: what every mixture of experts reports, however
/// it routes.
///
/// @param place of the mixture
/// @param placed choices each expert computed, [X]
public record ExpertUse(Place place, long... placed) {
    private double all() {
        return Math.max(1, Arrays.stream(placed).sum());
    }

    /// The largest share that one expert has: 1 / X when use is even, 1 when all goes to one.
    public double largest() {
        return Arrays.stream(placed).max().orElseThrow() / all();
    }

    /// How even use is, from 0 (all goes to one expert) to 1:
    ///
    ///     − Σᵢ fᵢ log fᵢ / log X
    public double evenness() {
        double entropy = 0;
        for (long count : placed) {
            double share = count / all();
            entropy -= count == 0 ? 0 : share * Math.log(share);
        }
        return placed.length == 1 ? 1 : entropy / Math.log(placed.length);
    }
}
