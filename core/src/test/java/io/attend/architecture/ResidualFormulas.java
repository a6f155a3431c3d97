package io.attend.architecture;

import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.layer.Scene;
import io.attend.norm.Norm;
import io.attend.norm.NormFormulas;
import io.attend.value.Formulas;
import java.util.List;
import java.util.stream.Stream;

/// How branches join the stream, from the papers.
public final class ResidualFormulas {
    private ResidualFormulas() {}

    /// A branch: its name in paths and what it computes.
    public record Branch(String name, Formula formula) {
        double[][] apply(double[][] x, Numbers block, Scene scene) {
            return formula.apply(x, block.in(name), scene);
        }

        double[][] norm(Norm norm, double[][] x, Numbers block) {
            return Stream.of(x)
                    .map(row -> NormFormulas.of(norm).apply(row, block.in(name).in("norm")))
                    .toArray(double[][]::new);
        }
    }

    /// The stream through the branches of a block.
    @FunctionalInterface
    public interface Join {
        double[][] apply(double[][] x, List<Branch> branches, Norm norm, Numbers block, Scene scene);
    }

    private static final Formulas<Residual, Join> ALL = Formulas.<Residual, Join>of(Residual.class)
            .with(PreNorm.class, _ -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (Branch branch : branches) {
                    stream = sum(stream, branch.apply(branch.norm(norm, stream, block), block, scene));
                }
                return stream;
            })
            .with(PostNorm.class, _ -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (Branch branch : branches) {
                    stream = branch.norm(norm, sum(stream, branch.apply(stream, block, scene)), block);
                }
                return stream;
            });

    public static Join of(Residual residual) {
        return ALL.of(residual);
    }

    private static double[][] sum(double[][] a, double[][] b) {
        double[][] y = new double[a.length][a[0].length];
        for (int t = 0; t < y.length; t++) {
            for (int e = 0; e < y[t].length; e++) {
                y[t][e] = a[t][e] + b[t][e];
            }
        }
        return y;
    }
}
