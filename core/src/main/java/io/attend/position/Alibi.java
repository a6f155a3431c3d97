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

/// ALiBi: a penalty that grows linearly with the distance, with a slope for each head, lets a model trained on short
/// texts read long ones. Nothing is learned.
///
///     bias(h, t, s) = multiplier · m(h) · (s − t)        m(h) = 2^(−exponent·h/H),  h = 1 ... H
///
/// For a number of heads that is no power of two, `paper` takes the slopes of the next lower power and appends every
/// other one of the next higher, as the paper's code and BLOOM do; `mpt` takes every other slope of the next higher
/// power, those in between first. What is added to all scores of a query moves no weight, so with `behind` one row
/// [1, H, 1, S] of m(h)·(s − last) is added, as Hugging Face's BLOOM and MPT do; half precision, which cannot tell
/// far positions apart, gets m(h)·(s − t) for each pair. `both` is −m(h)·|s − t|, [1, H, T, S], for models that see
/// ahead. `multiplier` is 1/√D where a model divides the sum of score and bias by √D, as Falcon does. Names:
/// `exponent` is MPT's `alibi_bias_max`.
@Source(
        paper = "Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation",
        arxiv = "2108.12409")
public record Alibi(
        @Default("\"paper\"") Slopes slopes,
        @Default("8.0") double exponent,
        @Default("\"behind\"") Sides sides,
        @Default("1.0") double multiplier)
        implements RelativePosition {
    public static final Alibi EXAMPLE = of(Slopes.PAPER);
    public static final Alibi MPT = of(Slopes.MPT);
    public static final Alibi BOTH = new Alibi(Slopes.PAPER, 8, Sides.BOTH, 0.5);

    /// The order of slopes when the number of heads is no power of two.
    public enum Slopes {
        PAPER,
        MPT
    }

    /// Where the keys stand that a query sees.
    public enum Sides {
        BEHIND,
        BOTH
    }

    public Alibi {
        if (!(exponent > 0 && exponent < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("exponent must be above 0, not " + exponent);
        }
        if (!(multiplier > 0 && multiplier < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("multiplier must be above 0, not " + multiplier);
        }
    }

    /// For models that see behind them only.
    public static Alibi of(Slopes slopes) {
        return new Alibi(slopes, 8, Sides.BEHIND, 1);
    }

    public Alibi multiplier(double by) {
        return new Alibi(slopes, exponent, sides, by);
    }

    /// The slope of each of so many heads.
    public double[] slopes(int heads) {
        double[] all = new double[heads];
        int lower = Integer.highestOneBit(heads);
        int higher = lower == heads ? heads : 2 * lower;
        for (int h = 0; h < heads; h++) {
            if (lower == heads) {
                all[h] = slope(h + 1, heads);
            } else if (slopes == Slopes.PAPER) {
                all[h] = h < lower ? slope(h + 1, lower) : slope(2 * (h - lower) + 1, higher);
            } else {
                all[h] = h < lower ? slope(2 * h + 2, higher) : slope(2 * (h - lower) + 1, higher);
            }
        }
        return all;
    }

    private double slope(int head, int heads) {
        return Math.pow(2, -exponent * head / heads);
    }

    @Override
    public RelativePosition.Built build(Parameters parameters, HeadShape heads) {
        return new Built(this, heads.heads());
    }

    private record Made(Alibi value, int heads, long queries, long keys) {}

    private record Built(Alibi value, int heads) implements RelativePosition.Built {
        @Override
        public Optional<Tensor> bias(Tensor queries, Tensor keys, Context context) {
            long length = queries.size(2);
            return Optional.of(context.once(new Made(value, heads, length, keys.size(2)), () -> {
                DType exact = queries.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
                Tensor distances = ahead(queries, keys.size(2), context); // [(B,) T or 1, S]
                Tensor slopes = Tensor.of(value.slopes(heads), heads, 1, 1)
                        .mul(value.multiplier)
                        .to(exact)
                        .to(distances.device());
                Tensor broad = distances.rank() == 2 ? distances.unsqueeze(0) : distances;
                return broad.unsqueeze(1).to(exact).mul(slopes).to(queries.dtype()); // [1 or B, H, T or 1, S]
            }));
        }

        private Tensor ahead(Tensor queries, long keys, Context context) {
            Tensor from = context.keyPositions(keys).unsqueeze(-2); // [(B,) 1, S]
            Tensor to = context.positions(queries.size(2)).unsqueeze(-1); // [(B,) T, 1]
            if (value.sides == Sides.BOTH) {
                return from.sub(to).abs().neg();
            }
            return from.sub(queries.dtype().bytes() == 2 ? to : to.narrow(-2, queries.size(2) - 1, 1));
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops((value.sides == Sides.BOTH ? load.rows() : load.batch()) * heads * load.keys())
                    .plus(Cost.flops(load.rows() * heads * load.keys()));
        }
    }
}
