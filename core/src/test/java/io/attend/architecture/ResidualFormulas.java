package io.attend.architecture;

import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.layer.Scene;
import io.attend.norm.Norm;
import io.attend.norm.NormFormulas;
import io.attend.value.Formulas;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// How branches join the stream, from the papers.
public final class ResidualFormulas {
    private ResidualFormulas() {}

    /// A branch: its name in paths and what it computes.
    public record Branch(String name, Formula formula, UnaryOperator<double[][]> ending) {
        public Branch(String name, Formula formula) {
            this(name, formula, UnaryOperator.identity());
        }

        /// What joins the stream.
        double[][] end(double[][] y) {
            return ending.apply(y);
        }

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
                    stream = sum(stream, branch.end(branch.apply(branch.norm(norm, stream, block), block, scene)));
                }
                return stream;
            })
            .with(PostNorm.class, _ -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (Branch branch : branches) {
                    stream = branch.norm(norm, sum(stream, branch.end(branch.apply(stream, block, scene))), block);
                }
                return stream;
            })
            .with(BypassNorm.class, _ -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (int i = 0; i < branches.size(); i++) {
                    Branch branch = branches.get(i);
                    double[][] seen = i == branches.size() - 1 ? x : stream;
                    stream = branch.norm(norm, sum(stream, branch.apply(seen, block, scene)), block);
                }
                return stream;
            })
            .with(AfterBranchNorm.class, _ -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (Branch branch : branches) {
                    stream = sum(stream, branch.end(branch.norm(norm, branch.apply(stream, block, scene), block)));
                }
                return stream;
            })
            .with(SandwichNorm.class, _ -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (Branch branch : branches) {
                    double[][] y = branch.apply(branch.norm(norm, stream, block), block, scene);
                    stream = sum(
                            stream,
                            branch.end(normed(norm, y, block.in(branch.name()).in("after"))));
                }
                return stream;
            })
            .with(NormedStream.class, _ -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (Branch branch : branches) {
                    double[][] y = branch.norm(norm, stream, block);
                    stream = sum(y, branch.end(branch.apply(y, block, scene)));
                }
                return stream;
            })
            .with(NoResidual.class, _ -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (Branch branch : branches) {
                    stream = branch.end(branch.norm(norm, branch.apply(stream, block, scene), block));
                }
                return stream;
            })
            .with(ScaledSum.class, value -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (Branch branch : branches) {
                    double[][] y = scaled(branch.end(branch.apply(stream, block, scene)), value.branch());
                    stream = branch.norm(norm, sum(scaled(stream, value.stream()), y), block);
                }
                return stream;
            })
            .with(ParallelNorm.class, value -> (x, branches, norm, block, scene) -> {
                double[][] stream = x;
                for (Branch branch : branches) {
                    double[][] y = value.norms() == ParallelNorm.Norms.SHARED
                            ? normed(norm, x, block.in("norm"))
                            : branch.norm(norm, x, block);
                    stream = sum(stream, branch.end(branch.apply(y, block, scene)));
                }
                return stream;
            })
            .with(Reversible.class, _ -> (x, branches, norm, block, scene) -> {
                double[][] first = half(x, 0);
                double[][] second = half(x, 1);
                for (int i = 0; i < branches.size(); i += 2) {
                    Branch f = branches.get(i);
                    Branch g = branches.get(i + 1);
                    first = sum(first, f.end(f.apply(f.norm(norm, second, block), block, scene)));
                    second = sum(second, g.end(g.apply(g.norm(norm, first, block), block, scene)));
                }
                return beside(first, second);
            })
            .with(
                    LayerScale.class,
                    value -> (x, branches, norm, block, scene) -> of(value.residual())
                            .apply(
                                    x,
                                    branches.stream()
                                            .map(branch -> new Branch(
                                                    branch.name(),
                                                    branch.formula(),
                                                    y -> times(branch.end(y), block.in(branch.name()))))
                                            .toList(),
                                    norm,
                                    block,
                                    scene))
            .with(StochasticDepth.class, value -> of(value.residual())) // off in evaluation
            .with(
                    BlockNorm.class,
                    value -> (x, branches, norm, block, scene) -> normed(
                            norm, of(value.residual()).apply(x, branches, norm, block, scene), block.in("norm")));

    private static double[][] normed(Norm norm, double[][] x, Numbers numbers) {
        return Stream.of(x)
                .map(row -> NormFormulas.of(norm).apply(row, numbers))
                .toArray(double[][]::new);
    }

    /// The stream of a whole stack of one block: divided where it enters and put together where it leaves.
    static double[][] through(
            Residual residual, double[][] x, List<Branch> branches, Norm norm, Numbers block, Scene scene) {
        double[][] inside = enter(residual.streams(), x);
        return leave(residual.streams(), of(residual).apply(inside, branches, norm, block, scene));
    }

    static double[][] enter(Streams streams, double[][] x) {
        return streams == Streams.ONE ? x : beside(x, x);
    }

    static double[][] leave(Streams streams, double[][] x) {
        return streams == Streams.AVERAGED ? scaled(sum(half(x, 0), half(x, 1)), 0.5) : x;
    }

    private static double[][] times(double[][] x, Numbers branch) {
        double[] scale = branch.vector("scale");
        return Stream.of(x)
                .map(row -> IntStream.range(0, row.length)
                        .mapToDouble(e -> scale[e] * row[e])
                        .toArray())
                .toArray(double[][]::new);
    }

    static double[][] scaled(double[][] x, double factor) {
        return Stream.of(x)
                .map(row -> DoubleStream.of(row).map(v -> factor * v).toArray())
                .toArray(double[][]::new);
    }

    static double[][] half(double[][] x, int which) {
        return Stream.of(x)
                .map(row -> Arrays.copyOfRange(row, which * row.length / 2, (which + 1) * row.length / 2))
                .toArray(double[][]::new);
    }

    static double[][] beside(double[][] a, double[][] b) {
        double[][] y = new double[a.length][];
        for (int t = 0; t < y.length; t++) {
            y[t] = Arrays.copyOf(a[t], 2 * a[t].length);
            System.arraycopy(b[t], 0, y[t], a[t].length, b[t].length);
        }
        return y;
    }

    public static Join of(Residual residual) {
        return ALL.of(residual);
    }

    static double[][] sum(double[][] a, double[][] b) {
        double[][] y = new double[a.length][a[0].length];
        for (int t = 0; t < y.length; t++) {
            for (int e = 0; e < y[t].length; e++) {
                y[t][e] = a[t][e] + b[t][e];
            }
        }
        return y;
    }
}
