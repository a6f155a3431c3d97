package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.norm.NoNorm;
import io.attend.norm.Norm;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import java.util.OptionalInt;

/// A vector for every distance between two positions, one table for all layers of a stack: distances from -most
/// to most - 1, or in buckets that widen with the distance.
///
///     bucket(δ) = δ                                                              where |δ| ≤ buckets / 2
///     bucket(δ) = ±(m + ⌈(m - 1) · log(|δ| / m) / log((most - 1) / m)⌉)          elsewhere, m = buckets / 2
///
/// [2·most, E] or [2·buckets, E]; what lies beyond counts as the last. Names: our `most` is Hugging Face's
/// `max_relative_positions`, or `max_position_embeddings` where that is -1, `buckets` its `position_buckets`,
/// the norm `norm_rel_ebd`.
///
/// @param most the largest distance told apart
/// @param buckets on each side; every distance has its own if absent
/// @param norm of the vectors, whenever they are used
/// @param dropout of the vectors
public record RelativeTable(
        int most,
        OptionalInt buckets,
        @Default("\"NoNorm\"") Norm norm,
        @Default("0.0") double dropout) {
    public RelativeTable {
        if (most < 1) {
            throw new IllegalArgumentException("the largest distance must be at least 1, not " + most);
        }
        if (buckets.isPresent() && (buckets.getAsInt() < 2 || most - 1 <= buckets.getAsInt() / 2)) {
            throw new IllegalArgumentException("buckets must be from 2 to below twice the largest distance " + most
                    + ", not " + buckets.getAsInt());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// Every distance up to `most` by itself.
    public static RelativeTable upTo(int most) {
        return new RelativeTable(most, OptionalInt.empty(), new NoNorm(), 0);
    }

    public RelativeTable buckets(int count) {
        return new RelativeTable(most, OptionalInt.of(count), norm, dropout);
    }

    public RelativeTable norm(Norm how) {
        return new RelativeTable(most, buckets, how, dropout);
    }

    public RelativeTable dropout(double rate) {
        return new RelativeTable(most, buckets, norm, rate);
    }

    /// Rows on each side of no distance.
    private int span() {
        return buckets.orElse(most);
    }

    /// The row of a distance, query minus key.
    long row(long distance) {
        return Math.clamp(bucket(distance) + span(), 0, 2L * span() - 1);
    }

    private long bucket(long distance) {
        int middle = buckets.orElse(0) / 2;
        if (buckets.isEmpty() || Math.abs(distance) <= middle) {
            return distance;
        }
        float grown =
                (float) Math.log((float) Math.abs(distance) / middle); // in single precision, as trained models have it
        float whole = (float) Math.log((float) (most - 1) / middle);
        return Long.signum(distance) * (middle + (long) Math.ceil(grown / whole * (middle - 1)));
    }

    /// The table of the stack, which the first of its layers records.
    Built build(Parameters parameters, int width) {
        return parameters.shared("relative", this, Built.class, own -> new Built(this, own, width));
    }

    /// A table at work.
    static final class Built {
        private final RelativeTable value;
        private final Parameter weight;
        private final Layer norm;

        Built(RelativeTable value, Parameters parameters, int width) {
            this.value = value;
            this.weight = parameters.weight("weight", Shape.of(2L * value.span(), width), Initializer.normal(0.02));
            this.norm = value.norm.build(parameters.in("norm"), width);
        }

        /// All rows [1, R, E].
        Tensor vectors(Context context) {
            return context.dropout(norm.forward(weight.tensor().unsqueeze(0), context), value.dropout);
        }

        /// R.
        long rows() {
            return weight.shape().size(0);
        }

        /// The row that each pair of positions has: [1, 1, T, S], or [B, 1, T, S] where the rows of the batch
        /// differ.
        Tensor rows(long length, Context context) {
            return context.once(new Rows(value, length), () -> {
                Tensor positions = context.positions(length); // [T] or [B, T]
                Tensor distances = positions.unsqueeze(-1).sub(positions.unsqueeze(-2)); // [..., T, T]
                long largest = context.isPositioned()
                        ? distances
                                .abs()
                                .flatten(0, -1)
                                .amax(0, Tensor.Axis.DROPPED)
                                .toLongs()[0]
                        : length - 1;
                long[] byDistance = new long[Math.toIntExact(2 * largest + 1)];
                for (int i = 0; i < byDistance.length; i++) {
                    byDistance[i] = value.row(i - largest);
                }
                return Tensor.of(byDistance)
                        .to(distances.device())
                        .indexSelect(0, distances.add(largest).flatten(0, -1))
                        .reshape(-1, 1, length, length);
            });
        }

        Cost cost() {
            return norm.cost(Load.batch(1).length(rows()));
        }

        private record Rows(RelativeTable table, long length) {}
    }
}
