package io.attend.architecture;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.stream.Stream;

/// A norm at both ends of the branch.
///
///     x ← x + dropout(after(f(norm(x))))
///
/// Names: Gemma 2 calls the two its pre- and post-attention (or feedforward) norms; ours are `norm` and
/// `after` below the branch.
@Source(paper = "CogView: Mastering Text-to-Image Generation via Transformers", arxiv = "2105.13290")
public record SandwichNorm(@Default("0.0") double dropout) implements Residual {
    public static final SandwichNorm EXAMPLE = new SandwichNorm(0);

    public SandwichNorm {
        Residual.checked(dropout);
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Layer> before = BranchByBranch.norms(parameters, branches, norm, "norm", width);
        List<Layer> after = BranchByBranch.norms(parameters, branches, norm, "after", width);
        List<Layer> norms = Stream.concat(before.stream(), after.stream()).toList();
        return new BranchByBranch(
                branches,
                norms,
                dropout,
                width,
                (x, i, here) -> {
                    Branch branch = branches.get(i);
                    Tensor y = branch.layer().forward(before.get(i).forward(x, here), here);
                    return x.add(branch.joining(after.get(i).forward(y, here), dropout, here)); // [B, T, E]
                },
                (i, plan, place) -> BranchByBranch.adding(
                        width,
                        List.of(
                                before.get(i).row(plan, place),
                                branches.get(i).layer().row(plan, place),
                                after.get(i).row(plan, place))));
    }
}
