package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Sandwich: the inner product of two sinusoidal positions, which depends on their distance alone, as a bias
/// that falls off like ALiBi's near by and more slowly far away. Nothing is learned.
///
///     bias(h, t, s) = Σ_i cos((t − s) / 10000^(2i/W)) / r(h),  i < W/2        r(h) = 8h/H,  h = 1 ... H
///
/// Adds [1, H, T, S]. O((T + S)·W + H·T·S), once a pass. Names: `width` W is the paper's d̄, r its compression
/// ratio.
@Source(
        paper = "Dissecting Transformer Length Extrapolation via the Lens of Receptive Field Analysis",
        arxiv = "2212.10356")
public record Sandwich(@Default("128") int width) implements RelativePosition {
    public static final Sandwich EXAMPLE = new Sandwich(14);

    public Sandwich {
        if (width < 2 || width % 2 != 0) {
            throw new IllegalArgumentException("sinusoids need an even width of at least 2, not " + width);
        }
    }

    @Override
    public RelativePosition.Built build(Parameters parameters, HeadShape heads) {
        return new Built(this, heads.heads());
    }

    private record Made(Sandwich value, int heads, long queries, long keys, DType dtype) {}

    private record Built(Sandwich value, int heads) implements RelativePosition.Built {
        @Override
        public Added added() {
            return Added.DISTANCE;
        }

        @Override
        public Optional<Tensor> bias(Tensor queries, Tensor keys, Context context) {
            Made made = new Made(value, heads, queries.size(2), keys.size(2), queries.dtype());
            return Optional.of(context.once(made, () -> {
                Distances distances = Distances.all(context, made.queries, made.keys);
                Tensor all = distances.values().to(queries.device());
                Tensor waves = new SinusoidalPosition(SinusoidalPosition.Order.HALVES).waves(all, value.width);
                Tensor sums = waves.narrow(-1, value.width / 2, value.width / 2)
                        .sum(-1, Tensor.Axis.DROPPED); // [R] of cosines
                double[] ratios = new double[heads];
                for (int h = 0; h < heads; h++) {
                    ratios[h] = heads / (8.0 * (h + 1));
                }
                Tensor table = Tensor.of(ratios, heads, 1).to(queries.device()).mul(sums); // [H, R]
                return distances.spread(table.to(queries.dtype())); // [1, H, T, S]
            }));
        }

        @Override
        public Cost cost(Load load) {
            double distances = load.keys() + load.length() - 1.0;
            return Cost.flops(distances * (2.0 * value.width + heads) + load.rows() * heads * load.keys());
        }
    }
}
