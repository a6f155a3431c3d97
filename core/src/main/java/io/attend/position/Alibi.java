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

/// ALiBi: a penalty that grows linearly with the distance, with a slope for each head, lets a model trained on
/// short texts read long ones. Nothing is learned.
///
///     bias(h, t, s) = multiplier · m(h) · (s − t)        m(h) = 2^(−exponent·h/H),  h = 1 ... H
///
/// If H is no power of two, the slopes of the next lower power N are followed by 2^(−exponent·(2i − 1)/2N);
/// BLOOM's code and MPT's word this differently and come to the same. What is added to all scores of a query
/// moves no weight, so with `behind` one row [1, H, 1, S] of m(h)·(s − last) is added, as Hugging Face's BLOOM,
/// MPT and Falcon do; half precision, which cannot tell far positions apart, gets m(h)·(s − t) for each pair.
/// `both` is −m(h)·|s − t|, [1, H, T, S], for models that see ahead. `multiplier` is 1/√D where a model divides
/// the sum of score and bias by √D, as Falcon does; `precision` is how Falcon's code rounds. Names: `exponent`
/// is MPT's `alibi_bias_max`. O(H·S), or O(H·T·S), once a pass.
@Source(
        paper = "Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation",
        arxiv = "2108.12409")
public record Alibi(
        @Default("8.0") double exponent,
        @Default("\"behind\"") Sides sides,
        @Default("1.0") double multiplier,
        @Default("\"exact\"") Precision precision)
        implements RelativePosition {
    public static final Alibi EXAMPLE = new Alibi();
    public static final Alibi BOTH = new Alibi(8, Sides.BOTH, 0.5, Precision.EXACT);
    public static final Alibi FALCON = new Alibi().multiplier(0.5).precision(Precision.BFLOAT16);

    /// Where the keys stand that a query sees.
    public enum Sides {
        BEHIND,
        BOTH
    }

    /// How finely slopes and penalties are told apart.
    public enum Precision {
        EXACT,
        /// Slopes, positions and their products are each rounded to 8 bits, and positions count from the beginning
        /// of the text instead of from the query, which the softmax does not see but the rounding does.
        BFLOAT16
    }

    public Alibi {
        if (!(exponent > 0 && exponent < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("exponent must be above 0, not " + exponent);
        }
        if (!(multiplier > 0 && multiplier < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("multiplier must be above 0, not " + multiplier);
        }
        if (precision == Precision.BFLOAT16 && sides == Sides.BOTH) {
            throw new IllegalArgumentException("rounded penalties count from the beginning of a text, so they tell only"
                    + " what is behind; leave precision exact, or sides behind");
        }
    }

    /// For models that see behind them only.
    public Alibi() {
        this(8, Sides.BEHIND, 1, Precision.EXACT);
    }

    public Alibi multiplier(double by) {
        return new Alibi(exponent, sides, by, precision);
    }

    public Alibi precision(Precision how) {
        return new Alibi(exponent, sides, multiplier, how);
    }

    /// The slope of each of so many heads.
    public double[] slopes(int heads) {
        double[] all = new double[heads];
        int lower = Integer.highestOneBit(heads);
        for (int h = 0; h < heads; h++) {
            double head = h < lower ? h + 1 : h - lower + 0.5;
            all[h] = Math.pow(2, -exponent * head / lower);
        }
        return all;
    }

    @Override
    public RelativePosition.Built build(Parameters parameters, HeadShape heads) {
        return new Built(this, heads.heads());
    }

    private record Made(Alibi value, int heads, long queries, long keys) {}

    private record Built(Alibi value, int heads) implements RelativePosition.Built {
        @Override
        public Added added() {
            return value.precision == Precision.EXACT ? Added.DISTANCE : Added.PAIR;
        }

        @Override
        public Optional<Tensor> bias(Tensor queries, Tensor keys, Context context) {
            long length = queries.size(2);
            return Optional.of(context.once(new Made(value, heads, length, keys.size(2)), () -> {
                DType exact = queries.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
                DType steps = value.precision == Precision.EXACT ? exact : DType.BFLOAT16;
                Tensor distances = ahead(queries, keys.size(2), context); // [(B,) T or 1, S]
                Tensor broad = distances.rank() == 2 ? distances.unsqueeze(0) : distances;
                Tensor slopes = Tensor.of(value.slopes(heads), heads, 1, 1).to(steps);
                Tensor penalties = broad.unsqueeze(1).to(steps).mul(slopes.to(distances.device()));
                return penalties.to(exact).mul(value.multiplier).to(queries.dtype()); // [1 or B, H, T or 1, S]
            }));
        }

        private Tensor ahead(Tensor queries, long keys, Context context) {
            Tensor from = context.keyPositions(keys).unsqueeze(-2); // [(B,) 1, S]
            Tensor to = context.positions(queries.size(2)).unsqueeze(-1); // [(B,) T, 1]
            if (value.sides == Sides.BOTH) {
                return from.sub(to).abs().neg();
            }
            if (value.precision == Precision.BFLOAT16) {
                return from;
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
