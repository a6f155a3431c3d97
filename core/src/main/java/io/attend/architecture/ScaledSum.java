package io.attend.architecture;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Stream and branch are weighted before they are added, and the norm stands after the sum.
///
///     x ← norm(stream · x + branch · dropout(f(x)))
///
/// With both √½ this keeps the variance, as convolutional sequence-to-sequence has it; with `stream` (2 N)^¼
/// and `branch` 1 it is DeepNorm, which trains decoders of N blocks a thousand layers deep.
@Source(paper = "DeepNet: Scaling Transformers to 1,000 Layers", arxiv = "2203.00555")
public record ScaledSum(
        double stream, double branch, @Default("0.0") double dropout) implements Residual {
    public static final ScaledSum EXAMPLE = new ScaledSum(1.7, 0.9, 0);

    public ScaledSum {
        if (!(stream > 0 && stream < 1000 && branch > 0 && branch < 1000)) {
            throw new IllegalArgumentException(
                    "the weights of stream and branch are " + stream + " and " + branch + ", but must be above 0");
        }
        Residual.checked(dropout);
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Layer> norms = BranchByBranch.norms(parameters, branches, norm, "norm", width);
        return new BranchByBranch(branches, norms, dropout, width, (x, i, here) -> {
            Branch branch = branches.get(i);
            Tensor y = branch.joining(branch.layer().forward(x, here), dropout, here)
                    .mul(this.branch);
            return norms.get(i).forward(x.mul(stream).add(y), here); // [B, T, E]
        });
    }
}
