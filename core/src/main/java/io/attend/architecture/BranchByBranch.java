package io.attend.architecture;

import io.attend.architecture.Residual.Branch;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/// A block whose branches run one after another, each by the same step: what most residuals have in common.
///
/// @param norms every norm of the block, for its cost
/// @param dropout the rate at which branches are dropped from, for its cost
record BranchByBranch(List<Branch> branches, List<Layer> norms, double dropout, int width, Step step)
        implements Residual.Built {
    /// What branch `i` makes of the stream, [B, T, E] → [B, T, E].
    @FunctionalInterface
    interface Step {
        Tensor apply(Tensor x, int i, Context here);
    }

    /// A norm for each branch, at `name` below it.
    static List<Layer> norms(Parameters parameters, List<Branch> branches, Norm norm, String name, int width) {
        return branches.stream()
                .map(branch -> norm.build(parameters.in(branch.name()).in(name), width))
                .toList();
    }

    @Override
    public Tensor forward(Tensor x, List<Place> places, Context context) {
        for (int i = 0; i < branches.size(); i++) {
            x = step.apply(x, i, context.at(places.get(i)));
        }
        return x; // [B, T, E]
    }

    @Override
    public Cost cost(Load load) {
        return cost(branches, norms, dropout, width, load);
    }

    static Cost cost(List<Branch> branches, List<Layer> norms, double dropout, int width, Load load) {
        double numbers = branches.size() * load.rows() * width;
        return IntStream.range(0, branches.size())
                .mapToObj(i -> branches.get(i).layer().cost(load))
                .reduce(Cost.NONE, Cost::plus)
                .plus(norms.stream().map(norm -> norm.cost(load)).reduce(Cost.NONE, Cost::plus))
                .plus(Cost.flops(numbers).saving(dropout > 0 ? 2 * numbers : 0));
    }
}
