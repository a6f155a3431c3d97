package io.attend.architecture;

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
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// All branches of a block start from the same stream and are added at once, so that they can be computed
/// side by side.
///
///     x ← x + dropout(f(norm(x))) + dropout(g(norm(x))) + ...
///
/// With `shared` there is one norm, at `norm` below the block, as GPT-J, Phi and Falcon-7B have it; with
/// `own` each branch has its own, as GPT-NeoX and Falcon-40B have it. Only the first sees fewer numbers: one
/// norm a block.
@Source(
        paper = "GPT-J-6B: A 6 Billion Parameter Autoregressive Language Model",
        reference = "Wang and Komatsuzaki 2021")
public record ParallelNorm(Norms norms, @Default("0.0") double dropout) implements Residual {
    public static final ParallelNorm EXAMPLE = new ParallelNorm(Norms.SHARED, 0);
    public static final ParallelNorm OWN = new ParallelNorm(Norms.OWN, 0);

    /// Whose the norm in front of a branch is.
    public enum Norms {
        SHARED,
        OWN
    }

    public ParallelNorm {
        Residual.checked(dropout);
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        boolean shares = norms == Norms.SHARED;
        List<Layer> built = shares
                ? List.of(norm.build(parameters.in("norm"), width))
                : BranchByBranch.norms(parameters, branches, norm, "norm", width);
        return new Residual.Built() {
            @Override
            public Tensor forward(Tensor x, List<Place> places, Context context) {
                Tensor sum = x;
                List<Tensor> normed = shares
                        ? Collections.nCopies(branches.size(), built.getFirst().forward(x, context))
                        : built.stream().map(own -> own.forward(x, context)).toList();
                for (int i = 0; i < branches.size(); i++) {
                    Context here = context.at(places.get(i));
                    Branch branch = branches.get(i);
                    Tensor y = branch.layer().forward(normed.get(i), here);
                    sum = sum.add(branch.joining(y, dropout, here)); // [B, T, E]
                }
                return sum;
            }

            @Override
            public Optional<RowStep> row(StepPlan plan, List<Place> places) {
                Row sum = new Row(width);
                Row normed = new Row(width);
                Row y = new Row(width);
                List<RowStep> norms = new ArrayList<>();
                List<RowStep> layers = new ArrayList<>();
                for (int i = 0; i < branches.size(); i++) {
                    Optional<RowStep> own = built.get(shares ? 0 : i).row(plan, places.get(i));
                    Optional<RowStep> layer = branches.get(i).layer().row(plan, places.get(i));
                    if (own.isEmpty() || layer.isEmpty() || !branches.get(i).plain()) {
                        return Optional.empty();
                    }
                    norms.add(own.get());
                    layers.add(layer.get());
                }
                return Optional.of((x, _) -> {
                    sum.copyFrom(x);
                    for (int i = 0; i < layers.size(); i++) {
                        if (i == 0 || !shares) {
                            norms.get(i).apply(x, normed);
                        }
                        layers.get(i).apply(normed, y);
                        sum.add(y);
                    }
                    x.copyFrom(sum);
                });
            }

            @Override
            public Cost cost(Load load) {
                return BranchByBranch.cost(branches, built, dropout, width, load);
            }
        };
    }
}
