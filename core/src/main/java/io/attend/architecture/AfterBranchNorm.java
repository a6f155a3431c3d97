package io.attend.architecture;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// The norm stands at the end of the branch, before the sum: the stream is never touched, and what is added
/// to it has a standard size.
///
///     x ← x + dropout(norm(f(x)))
///
/// Names: Swin V2 calls this res-post-norm, OLMo 2 reordered norm. Some texts, the founding notes of this
/// project among them, call it post-norm, which here and in most papers is `norm(x + f(x))`: PostNorm.
@Source(paper = "Swin Transformer V2: Scaling Up Capacity and Resolution", arxiv = "2111.09883")
public record AfterBranchNorm(@Default("0.0") double dropout) implements Residual {
    public static final AfterBranchNorm EXAMPLE = new AfterBranchNorm(0);

    public AfterBranchNorm {
        Residual.checked(dropout);
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Layer> norms = BranchByBranch.norms(parameters, branches, norm, "norm", width);
        return new BranchByBranch(branches, norms, dropout, width, (x, i, here) -> {
            Branch branch = branches.get(i);
            Tensor y = norms.get(i).forward(branch.layer().forward(x, here), here);
            return x.add(branch.joining(y, dropout, here)); // [B, T, E]
        });
    }
}
