package io.attend.architecture;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Branches one after another, without a sum: the plain stack of layers that recurrent networks have.
///
///     x ← dropout(norm(f(x)))
@Source(paper = "Sequence to Sequence Learning with Neural Networks", arxiv = "1409.3215")
public record NoResidual(@Default("0.0") double dropout) implements Residual {
    public static final NoResidual EXAMPLE = new NoResidual(0);

    public NoResidual {
        Residual.checked(dropout);
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Layer> norms = BranchByBranch.norms(parameters, branches, norm, "norm", width);
        return new BranchByBranch(branches, norms, dropout, width, (x, i, here) -> {
            Branch branch = branches.get(i);
            Tensor y = norms.get(i).forward(branch.layer().forward(x, here), here);
            return branch.joining(y, dropout, here); // [B, T, E]
        });
    }
}
