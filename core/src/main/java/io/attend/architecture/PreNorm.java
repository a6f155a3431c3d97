package io.attend.architecture;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// The norm stands inside the branch, so that the stream itself is never touched: deep models train without
/// warmup tricks. The stack then ends with a norm of its own.
///
///     x ← x + dropout(f(norm(x)))
@Source(paper = "On Layer Normalization in the Transformer Architecture", arxiv = "2002.04745")
public record PreNorm(@Default("0.0") double dropout) implements Residual {
    public static final PreNorm EXAMPLE = new PreNorm(0);

    public PreNorm {
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
                    Tensor y = branch.layer().behind(norms.get(i), x, here);
                    return x.add(branch.joining(y, dropout, here)); // [B, T, E]
                },
                (i, plan, place) -> BranchByBranch.adding(
                        width,
                        List.of(
                                norms.get(i).row(plan, place),
                                branches.get(i).layer().row(plan, place))));
    }
}
