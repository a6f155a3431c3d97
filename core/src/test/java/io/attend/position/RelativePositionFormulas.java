package io.attend.position;

import io.attend.layer.Numbers;
import io.attend.value.Formulas;

/// What a position does inside attention, from the papers.
public final class RelativePositionFormulas {
    private RelativePositionFormulas() {}

    /// What happens to one query, key or value of one head where it stands, what is added to the score of a
    /// query on a key, and what is gathered beside a value.
    public interface Formula {
        default double[] query(double[] query, int position, Numbers numbers) {
            return query;
        }

        default double[] key(double[] key, int position, Numbers numbers) {
            return key;
        }

        default double[] value(double[] value, int position, Numbers numbers) {
            return value;
        }

        default double bias(Pair pair, Numbers numbers) {
            return 0;
        }

        default double[] gathered(int query, int key, int size, Numbers numbers) {
            return new double[size];
        }
    }

    /// One of so many heads with its query and key vectors and where they stand.
    @SuppressWarnings("ArrayRecordComponent")
    public record Pair(int head, int heads, double[] query, double[] key, int t, int s) {}

    private static final Formulas<RelativePosition, Formula> ALL = Formulas.<RelativePosition, Formula>of(
                    RelativePosition.class)
            .with(NoPosition.class, _ -> new Formula() {})
            .with(Rotary.class, Turning::new)
            .with(BucketedBias.class, value -> new Formula() {
                @Override
                public double bias(Pair pair, Numbers numbers) {
                    return numbers.shared().matrix("weight", pair.heads)[bucket(value, pair.s - pair.t)][pair.head];
                }
            })
            .with(Alibi.class, value -> new Formula() {
                @Override
                public double bias(Pair pair, Numbers numbers) {
                    double slope = Math.pow(2, -8.0 * slopeOf(pair) / pair.heads);
                    if (value.precision() == Alibi.Precision.BFLOAT16) {
                        return value.multiplier() * rounded(rounded(slope) * rounded(pair.s));
                    }
                    return value.multiplier()
                            * slope
                            * (value.sides() == Alibi.Sides.BEHIND ? pair.s - pair.t : -Math.abs(pair.s - pair.t));
                }
            })
            .with(Sandwich.class, value -> new Formula() {
                @Override
                public double bias(Pair pair, Numbers numbers) {
                    var waves = new SinusoidalPosition(SinusoidalPosition.Order.INTERLEAVED);
                    double[] here = AbsolutePositionFormulas.waves(waves, pair.t, value.width());
                    double[] there = AbsolutePositionFormulas.waves(waves, pair.s, value.width());
                    return dot(here, there) / ((pair.head + 1) * 8.0 / pair.heads);
                }
            })
            .with(Kerple.class, value -> new Formula() {
                @Override
                public double bias(Pair pair, Numbers numbers) {
                    double a = Math.max(0.01, numbers.vector("scale")[pair.head]);
                    double b = Math.max(0.01, numbers.vector("rate")[pair.head]);
                    double apart = Math.abs(pair.t - pair.s);
                    return switch (value.kernel()) {
                        case LOGARITHMIC -> -a * Math.log(1 + b * apart);
                        case POWER -> -a * Math.pow(apart, Math.min(2, b));
                    };
                }
            })
            .with(TransformerXlPosition.class, value -> new Formula() {
                @Override
                public double bias(Pair pair, Numbers numbers) {
                    int size = pair.query.length;
                    double[] u = numbers.matrix("content", size)[pair.head];
                    double[] v = numbers.matrix("distance", size)[pair.head];
                    int most = value.furthest().orElse(Integer.MAX_VALUE);
                    int distance = Math.max(-most, Math.min(most, pair.t - pair.s));
                    double[] waves = AbsolutePositionFormulas.waves(
                            new SinusoidalPosition(value.order()),
                            distance,
                            value.width().orElse(pair.heads * size));
                    double[] r = java.util.Arrays.copyOfRange(
                            numbers.in("projection").linear(waves, io.attend.layer.Bias.NONE),
                            pair.head * size,
                            (pair.head + 1) * size);
                    double sum = dot(u, pair.key) + dot(v, r) + dot(pair.query, r);
                    return sum / Math.sqrt(size);
                }
            })
            .with(ShawPosition.class, value -> new Formula() {
                @Override
                public double bias(Pair pair, Numbers numbers) {
                    double[] a = vector("weight", pair.t, pair.s, pair.query.length, numbers);
                    double[] met = pair.query.clone();
                    for (int i = 0; i < met.length && value.use() == ShawPosition.Use.KEYS_AND_QUERIES; i++) {
                        met[i] += pair.key[i];
                    }
                    return dot(met, a) / Math.sqrt(a.length);
                }

                @Override
                public double[] gathered(int query, int key, int size, Numbers numbers) {
                    return value.use() == ShawPosition.Use.KEYS_AND_VALUES
                            ? vector("values", query, key, size, numbers)
                            : new double[size];
                }

                private double[] vector(String name, int t, int s, int size, Numbers numbers) {
                    int clipped = Math.max(-value.furthest(), Math.min(value.furthest(), t - s));
                    return numbers.matrix(name, size)[value.furthest() + clipped];
                }
            });

    public static Formula of(RelativePosition position) {
        return ALL.of(position);
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /// n of the slope 2^(-8 n / H) of a head; where H is no power of two, as the paper's code has it: the
    /// slopes of four heads and every other one of those of eight.
    private static double slopeOf(Pair pair) {
        return switch (pair.heads) {
            case 2 -> pair.head + 1;
            case 6 -> 6 * new double[] {1 / 4.0, 2 / 4.0, 3 / 4.0, 4 / 4.0, 1 / 8.0, 3 / 8.0}[pair.head];
            default -> throw new AssertionError("no slopes are written out for " + pair.heads + " heads");
        };
    }

    /// T5's buckets as its paper's code words them.
    static int bucket(BucketedBias value, int ahead) {
        int buckets = value.buckets();
        int bucket = 0;
        int n = -ahead;
        if (value.direction() == BucketedBias.Direction.BIDIRECTIONAL) {
            buckets /= 2;
            bucket = n < 0 ? buckets : 0;
            n = Math.abs(n);
        } else {
            n = Math.max(n, 0);
        }
        int exact = buckets / 2;
        if (n < exact) {
            return bucket + n;
        }
        double log = Math.log(n / (double) exact) / Math.log(value.furthest() / (double) exact);
        return bucket + (int) Math.min(exact + log * (buckets - exact), buckets - 1);
    }

    /// Pairs of numbers as complex numbers, times e^(ipω).
    private record Turning(Rotary value) implements Formula {
        @Override
        public double[] query(double[] query, int position, Numbers numbers) {
            return turn(query, position);
        }

        @Override
        public double[] key(double[] key, int position, Numbers numbers) {
            return turn(key, position);
        }

        @Override
        public double[] value(double[] vector, int position, Numbers numbers) {
            return value.turned() == Rotary.Turned.QUERIES_AND_KEYS ? vector : turn(vector, position);
        }

        private double[] turn(double[] x, int position) {
            double[] y = x.clone();
            int size = value.size().orElse(x.length);
            double stretch = RotaryScalingFormulas.of(value.scaling()).magnitude();
            for (int i = 0; i < size / 2; i++) {
                int a = value.pairs() == Rotary.Pairs.HALVES ? i : 2 * i;
                int b = value.pairs() == Rotary.Pairs.HALVES ? i + size / 2 : 2 * i + 1;
                double angle =
                        position * RotaryScalingFormulas.of(value.scaling()).frequency(i, size, value.theta(), 8);
                y[a] = stretch * (x[a] * Math.cos(angle) - x[b] * Math.sin(angle));
                y[b] = stretch * (x[a] * Math.sin(angle) + x[b] * Math.cos(angle));
            }
            return y;
        }
    }

    /// The nearest bfloat16, the even one of two that are as near.
    private static double rounded(double number) {
        int bits = Float.floatToRawIntBits((float) number);
        return Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
    }
}
