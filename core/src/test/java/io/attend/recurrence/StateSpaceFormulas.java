package io.attend.recurrence;

import io.attend.activation.ActivationFormulas;
import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.norm.NormFormulas;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/// State spaces over one sequence, from the papers, one step and one number of the state at a time.
final class StateSpaceFormulas {
    private StateSpaceFormulas() {}

    /// Mamba: h ← exp(Δ A) h + Δ B u, y = C h + D u, channel by channel.
    static Formula selective(SelectiveStateSpace value) {
        return (x, numbers, scene) -> {
            int inner = value.inner();
            int n = value.state();
            DoubleUnaryOperator act = ActivationFormulas.of(value.activation());
            double[][] a = numbers.matrix("decay", n);
            double[] skip = numbers.vector("skip");
            double[] beta = numbers.in("step").vector("bias");
            double[][] h = new double[inner][n];
            double[][] u = new double[x.length][];
            double[][] y = new double[x.length][x[0].length];
            for (int t = 0; t < x.length; t++) {
                double[] both = numbers.in("input").linear(x[t], value.bias());
                u[t] = scene.keep()[t] ? Arrays.copyOf(both, inner) : new double[inner];
                double[] near = convolved(u, t, numbers.in("convolution"), value.kernel(), value.convolutionBias());
                double[] in = Arrays.stream(near).map(act).toArray();
                double[] selected = numbers.in("selection").linear(in, Bias.NONE);
                double[] r = Arrays.copyOf(selected, value.rank());
                double[] step = numbers.in("step").linear(r, Bias.NONE);
                double[] out = new double[inner];
                for (int i = 0; i < inner; i++) {
                    double delta = Math.log1p(Math.exp(step[i] + beta[i]));
                    for (int j = 0; j < n; j++) {
                        double b = selected[value.rank() + j];
                        double c = selected[value.rank() + n + j];
                        h[i][j] = Math.exp(-delta * Math.exp(a[i][j])) * h[i][j] + delta * b * in[i];
                        out[i] += c * h[i][j];
                    }
                    out[i] = (out[i] + skip[i] * in[i]) * act.applyAsDouble(both[inner + i]);
                }
                if (scene.keep()[t]) {
                    y[t] = numbers.in("output").linear(out, value.bias());
                }
            }
            return y;
        };
    }

    /// Each channel's last inputs, weighed.
    static double[] convolved(double[][] u, int t, Numbers numbers, int kernel, Bias bias) {
        double[][] weight = numbers.matrix("weight", kernel);
        double[] y = bias == Bias.ADDED ? numbers.vector("bias").clone() : new double[u[t].length];
        for (int c = 0; c < y.length; c++) {
            for (int i = 0; i < kernel; i++) {
                int from = t - kernel + 1 + i;
                y[c] += from < 0 ? 0 : weight[c][i] * u[from][c];
            }
        }
        return y;
    }
    /// RWKV: each channel's weighted mean of the past and the present, by its sums alone.
    static Formula rwkv(RwkvTimeMixing value) {
        return (x, numbers, scene) -> {
            double[] before = new double[x[0].length];
            double[] decay = numbers.vector("decay");
            double[] first = numbers.vector("first");
            double[] above = new double[value.inner()];
            double[] below = new double[value.inner()];
            double[][] y = new double[x.length][x[0].length];
            for (int t = 0; t < x.length; t++) {
                if (!scene.keep()[t]) {
                    continue;
                }
                double[] k = numbers.in("key").linear(mixed(x[t], before, numbers.vector("keyMix")), Bias.NONE);
                double[] v = numbers.in("value").linear(mixed(x[t], before, numbers.vector("valueMix")), Bias.NONE);
                double[] r = numbers.in("receptance")
                        .linear(mixed(x[t], before, numbers.vector("receptanceMix")), Bias.NONE);
                double[] out = new double[value.inner()];
                for (int i = 0; i < out.length; i++) {
                    double present = Math.exp(first[i] + k[i]);
                    double mean = (above[i] + present * v[i]) / (below[i] + present);
                    out[i] = mean / (1 + Math.exp(-r[i]));
                    double left = Math.exp(-Math.exp(decay[i]));
                    above[i] = left * above[i] + Math.exp(k[i]) * v[i];
                    below[i] = left * below[i] + Math.exp(k[i]);
                }
                y[t] = numbers.in("output").linear(out, Bias.NONE);
                before = x[t];
            }
            return y;
        };
    }

    private static double[] mixed(double[] x, double[] before, double[] share) {
        double[] y = new double[x.length];
        Arrays.setAll(y, i -> share[i] * x[i] + (1 - share[i]) * before[i]);
        return y;
    }

    /// Mamba-2: S ← exp(Δ A) S + Δ b uᵀ, y = Sᵀ c + D u, head by head.
    static Formula dual(StateSpaceDuality value) {
        return (x, numbers, scene) -> {
            int inner = value.inner();
            int n = value.state();
            int size = inner / value.heads();
            int mixed = inner + 2 * value.groups() * n;
            DoubleUnaryOperator act = ActivationFormulas.of(value.activation());
            double[] a = numbers.vector("decay");
            double[] beta = numbers.vector("step");
            double[] skip = numbers.vector("skip");
            double[][][] state = new double[value.heads()][n][size];
            double[][] u = new double[x.length][];
            double[][] y = new double[x.length][x[0].length];
            for (int t = 0; t < x.length; t++) {
                double[] all = numbers.in("input").linear(x[t], value.bias());
                u[t] = scene.keep()[t] ? Arrays.copyOfRange(all, inner, inner + mixed) : new double[mixed];
                double[] in = Arrays.stream(convolved(u, t, numbers.in("convolution"), value.kernel(), Bias.ADDED))
                        .map(act)
                        .toArray();
                double[] out = new double[inner];
                for (int head = 0; head < value.heads(); head++) {
                    double delta = Math.log1p(Math.exp(all[inner + mixed + head] + beta[head]));
                    int b = inner + head / (value.heads() / value.groups()) * n;
                    int c = b + value.groups() * n;
                    for (int p = 0; p < size; p++) {
                        double now = in[head * size + p];
                        double read = skip[head] * now;
                        for (int j = 0; j < n; j++) {
                            state[head][j][p] =
                                    Math.exp(-delta * Math.exp(a[head])) * state[head][j][p] + delta * in[b + j] * now;
                            read += in[c + j] * state[head][j][p];
                        }
                        out[head * size + p] = read * act.applyAsDouble(all[head * size + p]);
                    }
                }
                if (scene.keep()[t]) {
                    double[] normed = NormFormulas.of(value.norm())
                            .apply(out, numbers.in("output").in("norm"));
                    y[t] = numbers.in("output").linear(normed, value.bias());
                }
            }
            return y;
        };
    }
}
