package io.attend.position;

import io.attend.layer.ArchitectureException;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// Rotary positions: queries and keys are turned, pair of numbers by pair, by an angle that grows with their
/// position, so that their product depends on the distance alone.
///
///     (a, b) at p → (a cos pω − b sin pω, b cos pω + a sin pω)        ω(i) = θ^(−2i/R),  i < R/2
///
/// Queries [B, H, T, D] and keys [B, K, T, D], of which the first R numbers turn and the rest stay. `halves`
/// pairs number i with i + R/2, as Llama and GPT-NeoX do; `interleaved` pairs 2i with 2i + 1, as the paper,
/// GPT-J and RoFormer do. O(T·D) a head; nothing is learned, no length is too long. Angles are computed in
/// float32 whatever the model's type, once a pass. Names: `size` R is Hugging Face's `rotary_dim` or
/// `partial_rotary_factor` times the head size, all of the head if absent; `theta` its `rope_theta` or
/// `rotary_emb_base`; `turned` its `rotary_value`.
@Source(paper = "RoFormer: Enhanced Transformer with Rotary Position Embedding", arxiv = "2104.09864")
public record Rotary(
        @Default("\"halves\"") Pairs pairs,
        OptionalInt size,
        @Default("10000.0") double theta,
        @Default("\"NoScaling\"") RotaryScaling scaling,
        @Default("\"queries-and-keys\"") Turned turned)
        implements RelativePosition {
    public static final Rotary EXAMPLE = of(Pairs.HALVES);
    public static final Rotary INTERLEAVED = of(Pairs.INTERLEAVED).size(4);
    public static final Rotary PARTIAL = of(Pairs.HALVES).size(2).theta(500);
    public static final Rotary VALUES_TOO = of(Pairs.INTERLEAVED).turningValues();
    public static final Rotary LINEAR = EXAMPLE.scaled(LinearScaling.EXAMPLE);
    public static final Rotary DYNAMIC = EXAMPLE.scaled(DynamicScaling.EXAMPLE);
    public static final Rotary YARN = EXAMPLE.scaled(YarnScaling.EXAMPLE);
    public static final Rotary LLAMA3 = EXAMPLE.scaled(Llama3Scaling.EXAMPLE);
    public static final Rotary LONG = EXAMPLE.size(4).scaled(LongRopeScaling.EXAMPLE);

    /// Which numbers turn together.
    public enum Pairs {
        /// i and i + R/2.
        HALVES,
        /// 2i and 2i + 1.
        INTERLEAVED
    }

    /// What is turned.
    public enum Turned {
        QUERIES_AND_KEYS,
        /// Values too, which are gathered as they are turned.
        QUERIES_KEYS_AND_VALUES
    }

    public Rotary {
        if (size.isPresent() && (size.getAsInt() < 2 || size.getAsInt() % 2 != 0)) {
            throw new IllegalArgumentException(
                    "rotary positions turn pairs: size must be even and at least 2, not " + size.getAsInt());
        }
        if (!(theta > 0 && theta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("theta must be above 0, not " + theta);
        }
    }

    /// Whole heads of queries and keys, turned with base 10,000.
    public static Rotary of(Pairs pairs) {
        return new Rotary(pairs, OptionalInt.empty(), 10_000, new NoScaling(), Turned.QUERIES_AND_KEYS);
    }

    public Rotary size(int numbers) {
        return new Rotary(pairs, OptionalInt.of(numbers), theta, scaling, turned);
    }

    public Rotary theta(double base) {
        return new Rotary(pairs, size, base, scaling, turned);
    }

    public Rotary scaled(RotaryScaling how) {
        return new Rotary(pairs, size, theta, how, turned);
    }

    public Rotary turningValues() {
        return new Rotary(pairs, size, theta, scaling, Turned.QUERIES_KEYS_AND_VALUES);
    }

    @Override
    public RelativePosition.Built build(Parameters parameters, HeadShape heads) {
        int numbers = size.orElse(heads.size());
        if (numbers > heads.size()) {
            throw parameters.refuse("rotary positions cannot turn " + numbers + " of the " + heads.size()
                    + " numbers of a head; use at most " + heads.size());
        }
        if (numbers % 2 != 0) {
            throw parameters.refuse("rotary positions turn pairs, and a head of " + numbers
                    + " numbers leaves one over; give the heads an even size, or turn " + (numbers - 1)
                    + " of them with \"size\"");
        }
        checkScaling(parameters, numbers);
        return new Built(this, numbers, heads);
    }

    private void checkScaling(Parameters parameters, int numbers) {
        try {
            scaling.frequencies(new RotaryScaling.Band(theta, numbers), 1);
        } catch (IllegalArgumentException e) {
            ArchitectureException refusal = parameters.refuse(String.valueOf(e.getMessage()));
            refusal.initCause(e);
            throw refusal;
        }
    }

    /// The cosines or sines [T, R/2] or [B, 1, T, R/2] of a pass.
    private record Waves(Rotary value, int numbers, long length, boolean sines) {
        Tensor in(Context context) {
            return context.once(this, () -> {
                double magnitude = value.scaling.magnitude();
                Tensor angles = angles(context);
                Tensor waves = sines ? angles.sin() : angles.cos();
                return magnitude == 1 ? waves : waves.mul(magnitude);
            });
        }

        private Tensor angles(Context context) {
            Tensor positions = context.positions(length);
            double[] radians =
                    value.scaling.frequencies(new RotaryScaling.Band(value.theta, numbers), reach(context, positions));
            float[] frequencies = new float[radians.length];
            for (int i = 0; i < radians.length; i++) {
                frequencies[i] = (float) radians[i];
            }
            Tensor angles = positions
                    .to(DType.FLOAT32)
                    .unsqueeze(-1)
                    .mul(Tensor.of(frequencies, frequencies.length).to(positions.device())); // [(B,) T, R/2]
            return positions.rank() == 1 ? angles : angles.unsqueeze(1);
        }

        private long reach(Context context, Tensor positions) {
            return context.isPositioned() && value.scaling.followsLength()
                    ? positions.flatten(0, -1).amax(0, Tensor.Axis.DROPPED).toLongs()[0] + 1
                    : context.cached() + length;
        }
    }

    private record Built(Rotary value, int numbers, HeadShape heads) implements RelativePosition.Built {
        @Override
        public Tensor queries(Tensor queries, Context context) {
            return turn(queries, context);
        }

        @Override
        public Tensor keys(Tensor keys, Context context) {
            return turn(keys, context);
        }

        @Override
        public Tensor values(Tensor values, Context context) {
            return value.turned == Turned.QUERIES_KEYS_AND_VALUES ? turn(values, context) : values;
        }

        private Tensor turn(Tensor x, Context context) {
            Tensor cos = new Waves(value, numbers, x.size(2), false).in(context); // [T, R/2]
            Tensor sin = new Waves(value, numbers, x.size(2), true).in(context);
            Tensor turned = x.narrow(-1, 0, numbers); // [B, H, T, R]
            Tensor y = value.pairs == Pairs.HALVES
                    ? Tensor.cat(
                            -1,
                            turn(
                                    turned.narrow(-1, 0, numbers / 2),
                                    turned.narrow(-1, numbers / 2, numbers / 2),
                                    cos,
                                    sin))
                    : Tensor.stack(-1, turn(every(turned, 0), every(turned, 1), cos, sin))
                            .flatten(-2, -1);
            Tensor exact = y.to(x.dtype());
            return numbers == x.size(3)
                    ? exact
                    : Tensor.cat(-1, exact, x.narrow(-1, numbers, x.size(3) - numbers)); // [B, H, T, D]
        }

        private Tensor every(Tensor x, int which) {
            return x.reshape(x.size(0), x.size(1), x.size(2), numbers / 2, 2).select(-1, which);
        }

        /// Half precision is widened by the float32 waves.
        private static Tensor[] turn(Tensor a, Tensor b, Tensor cos, Tensor sin) {
            return new Tensor[] {a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))};
        }

        @Override
        public Optional<Turn> row() {
            if (value.turned != Turned.QUERIES_AND_KEYS) {
                return Optional.empty();
            }
            float[] cos = new float[numbers / 2];
            float[] sin = new float[numbers / 2];
            long[] known = {-1};
            return Optional.of((x, count, position) -> {
                if (known[0] != position) {
                    waves(position, cos, sin);
                    known[0] = position;
                }
                int apart = value.pairs == Pairs.HALVES ? numbers / 2 : 1;
                int step = value.pairs == Pairs.HALVES ? 1 : 2;
                for (int head = 0; head < count; head++) {
                    for (int i = 0; i < numbers / 2; i++) {
                        int at = head * heads.size() + i * step;
                        float a = x[at];
                        float b = x[at + apart];
                        x[at] = a * cos[i] - b * sin[i];
                        x[at + apart] = b * cos[i] + a * sin[i];
                    }
                }
            });
        }

        private void waves(long position, float[] cos, float[] sin) {
            double[] frequencies =
                    value.scaling.frequencies(new RotaryScaling.Band(value.theta, numbers), position + 1);
            double magnitude = value.scaling.magnitude();
            for (int i = 0; i < cos.length; i++) {
                float angle = position * (float) frequencies[i];
                cos[i] = (float) (magnitude * Math.cos(angle));
                sin[i] = (float) (magnitude * Math.sin(angle));
            }
        }

        @Override
        public Cost cost(Load load) {
            double vectors =
                    heads.heads() + heads.keyValueHeads() * (value.turned == Turned.QUERIES_AND_KEYS ? 1.0 : 2.0);
            return Cost.flops(load.rows() * vectors * 3 * numbers);
        }
    }
}
