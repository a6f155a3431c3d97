package io.attend.architecture;

import io.attend.architecture.Residual.Branch;
import io.attend.kernel.Row;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A block whose branches run one after another, each by the same step: what most residuals have in common.
///
/// @param norms every norm of the block, for its cost
/// @param dropout the rate at which branches are dropped from, for its cost
/// @param rows the same step for one token at a time, where there is such a form
record BranchByBranch(List<Branch> branches, List<Layer> norms, double dropout, int width, Step step, Rows rows)
        implements Residual.Built {
    BranchByBranch(List<Branch> branches, List<Layer> norms, double dropout, int width, Step step) {
        this(branches, norms, dropout, width, step, (_, _, _) -> Optional.empty());
    }

    /// What branch `i` makes of one token's vector in plain memory, in place.
    @FunctionalInterface
    interface Rows {
        Optional<RowStep> of(int i, StepPlan plan, Place place);
    }

    /// x ← x + c(b(a(x))) for steps a, b, c, ...; absent if one of them is.
    static Optional<RowStep> adding(int width, List<Optional<RowStep>> chain) {
        if (chain.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        List<RowStep> steps = chain.stream().map(Optional::get).toList();
        List<Row> between = steps.stream().map(_ -> new Row(width)).toList();
        return Optional.of((x, y) -> {
            Row last = x;
            for (int i = 0; i < steps.size(); i++) {
                steps.get(i).apply(last, between.get(i));
                last = between.get(i);
            }
            x.add(last);
        });
    }

    @Override
    public Optional<RowStep> row(StepPlan plan, List<Place> places) {
        List<RowStep> steps = new ArrayList<>();
        for (int i = 0; i < branches.size(); i++) {
            Optional<RowStep> one = branches.get(i).plain() ? rows.of(i, plan, places.get(i)) : Optional.empty();
            if (one.isEmpty()) {
                return Optional.empty();
            }
            steps.add(one.get());
        }
        return Optional.of((x, _) -> steps.forEach(one -> one.apply(x, x)));
    }

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
