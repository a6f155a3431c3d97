package io.attend.architecture;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// The norm stands after the sum, as the 2017 Transformer has it.
///
///     x ← norm(x + dropout(f(x)))
///
/// The founding notes of this project write post-norm as `x + norm(f(x))`, which is another formula: see
/// AfterBranchNorm.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record PostNorm(@Default("0.0") double dropout) implements Residual {
    public static final PostNorm EXAMPLE = new PostNorm(0);

    public PostNorm {
        Residual.checked(dropout);
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Layer> norms = BranchByBranch.norms(parameters, branches, norm, "norm", width);
        return new BranchByBranch(
                branches,
                norms,
                dropout,
                width,
                (x, i, here) -> {
                    Branch branch = branches.get(i);
                    Tensor y = branch.layer().forward(x, here);
                    return norms.get(i).forward(x.add(branch.joining(y, dropout, here)), here); // [B, T, E]
                },
                (i, plan, place) -> BranchByBranch.adding(
                                width, List.of(branches.get(i).layer().row(plan, place)))
                        .flatMap(adding -> norms.get(i).row(plan, place).map(normed -> (x, y) -> {
                            adding.apply(x, x);
                            normed.apply(x, y);
                        })));
    }
}
