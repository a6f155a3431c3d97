package io.attend.convolution;

import io.attend.activation.ActivationFormulas;
import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.norm.NormFormulas;
import io.attend.value.Formulas;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Convolutions of one sequence, from the papers, in plain loops.
public final class ConvolutionFormulas {
    private ConvolutionFormulas() {}

    private static final Formulas<Convolution, Formula> ALL = Formulas.<Convolution, Formula>of(Convolution.class)
            .with(GatedConvolution.class, value -> (x, numbers, scene) -> {
                int width = x[0].length;
                double[] weight = numbers.vector("weight"); // [2 E, E, k]
                double[] bias = numbers.vector("bias");
                double[][] y = new double[x.length][width];
                for (int t = 0; t < x.length; t++) {
                    double[] both = bias.clone();
                    for (int o = 0; o < 2 * width; o++) {
                        for (int e = 0; e < width; e++) {
                            for (int j = 0; j < value.kernel(); j++) {
                                int at = place(t, j, value.kernel(), value.dilation(), value.reach());
                                double seen = real(scene.keep(), at) ? x[at][e] : 0;
                                both[o] += weight[(o * width + e) * value.kernel() + j] * seen;
                            }
                        }
                    }
                    for (int e = 0; e < width; e++) {
                        y[t][e] = both[e] / (1 + Math.exp(-both[width + e]));
                    }
                }
                return y;
            })
            .with(ActivatedConvolution.class, value -> (x, numbers, scene) -> {
                int part = x[0].length / value.groups();
                double[] weight = numbers.vector("weight"); // [E, E / G, k]
                double[][] y = new double[x.length][x[0].length];
                for (int t = 0; t < x.length; t++) {
                    for (int o = 0; o < y[t].length; o++) {
                        double sum = numbers.vector("bias")[o];
                        for (int i = 0; i < part; i++) {
                            for (int j = 0; j < value.kernel(); j++) {
                                int at = place(t, j, value.kernel(), 1, value.reach());
                                double seen = real(scene.keep(), at) ? x[at][o / part * part + i] : 0;
                                sum += weight[(o * part + i) * value.kernel() + j] * seen;
                            }
                        }
                        y[t][o] = ActivationFormulas.of(value.activation()).applyAsDouble(sum);
                    }
                }
                return y;
            })
            .with(ConformerConvolution.class, value -> (x, numbers, scene) -> {
                int width = x[0].length;
                double[][] gated = Stream.of(x)
                        .map(row -> {
                            double[] both = numbers.in("inner").linear(row, value.bias());
                            return IntStream.range(0, width)
                                    .mapToDouble(e -> both[e] / (1 + Math.exp(-both[width + e])))
                                    .toArray();
                        })
                        .toArray(double[][]::new);
                double[] kernel = numbers.in("kernel").vector("weight"); // [E, 1, k]
                double[][] y = new double[x.length][];
                for (int t = 0; t < x.length; t++) {
                    double[] mixed = value.bias() == Bias.ADDED
                            ? numbers.in("kernel").vector("bias").clone()
                            : new double[width];
                    for (int e = 0; e < width; e++) {
                        for (int j = 0; j < value.kernel(); j++) {
                            int at = place(t, j, value.kernel(), 1, value.reach());
                            mixed[e] += real(scene.keep(), at) ? kernel[e * value.kernel() + j] * gated[at][e] : 0;
                        }
                    }
                    double[] active = java.util.Arrays.stream(
                                    NormFormulas.of(value.norm()).apply(mixed, numbers.in("middle")))
                            .map(ActivationFormulas.of(value.activation()))
                            .toArray();
                    y[t] = numbers.in("outer").linear(active, value.bias());
                }
                return y;
            });

    /// The position that number `j` of a kernel looks at from position `t`.
    private static int place(int t, int j, int kernel, int dilation, Reach reach) {
        int first = reach == Reach.CAUSAL ? t - (kernel - 1) * dilation : t - (kernel - 1) * dilation / 2;
        return first + j * dilation;
    }

    private static boolean real(boolean[] keep, int at) {
        return at >= 0 && at < keep.length && keep[at];
    }

    public static Formula of(Convolution convolution) {
        return ALL.of(convolution);
    }
}
