package io.attend.norm;

import io.attend.layer.Bias;
import io.attend.layer.Numbers;
import io.attend.value.Formulas;
import java.util.stream.DoubleStream;

/// Norms of one vector, from their papers.
public final class NormFormulas {
    private NormFormulas() {}

    /// A norm of a vector by its weights.
    @FunctionalInterface
    public interface Formula {
        double[] apply(double[] x, Numbers numbers);
    }

    private static final Formulas<Norm, Formula> ALL = Formulas.<Norm, Formula>of(Norm.class)
            .with(NoNorm.class, _ -> (x, _) -> x)
            .with(LayerNorm.class, norm -> (x, numbers) -> {
                double mean = DoubleStream.of(x).sum() / x.length;
                double variance =
                        DoubleStream.of(x).map(v -> (v - mean) * (v - mean)).sum() / x.length;
                double[] y = new double[x.length];
                for (int i = 0; i < x.length; i++) {
                    y[i] = (x[i] - mean) / Math.sqrt(variance + norm.epsilon());
                    if (norm.gain() == LayerNorm.Gain.WEIGHT) {
                        y[i] *= numbers.vector("weight")[i];
                    }
                    if (norm.bias() == Bias.ADDED) {
                        y[i] += numbers.vector("bias")[i];
                    }
                }
                return y;
            })
            .with(RmsNorm.class, norm -> (x, numbers) -> {
                double square = DoubleStream.of(x).map(v -> v * v).sum() / x.length;
                double[] y = new double[x.length];
                for (int i = 0; i < x.length; i++) {
                    double weight = numbers.vector("weight")[i];
                    y[i] = x[i]
                            / Math.sqrt(square + norm.epsilon())
                            * (norm.gain() == RmsNorm.Gain.WEIGHT ? weight : 1 + weight);
                }
                return y;
            })
            .with(ScaleNorm.class, norm -> (x, numbers) -> {
                double length = Math.sqrt(DoubleStream.of(x).map(v -> v * v).sum());
                return DoubleStream.of(x)
                        .map(v -> numbers.vector("weight")[0] * v / Math.max(length, norm.epsilon()))
                        .toArray();
            })
            .with(BatchNorm.class, norm -> (x, numbers) -> {
                double[] y = new double[x.length];
                for (int i = 0; i < x.length; i++) {
                    y[i] = (x[i] - numbers.vector("mean")[i])
                                    / Math.sqrt(numbers.vector("variance")[i] + norm.epsilon())
                                    * numbers.vector("weight")[i]
                            + numbers.vector("bias")[i];
                }
                return y;
            })
            .with(PowerNorm.class, norm -> (x, numbers) -> {
                double[] y = new double[x.length];
                for (int i = 0; i < x.length; i++) {
                    y[i] = x[i] / Math.sqrt(numbers.vector("square")[i] + norm.epsilon()) * numbers.vector("weight")[i]
                            + numbers.vector("bias")[i];
                }
                return y;
            });

    public static Formula of(Norm norm) {
        return ALL.of(norm);
    }
}
