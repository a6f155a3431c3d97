package io.attend.architecture;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// The stream itself passes through the norm, and the branch is added to what comes out.
///
///     y = norm(x)        x ← y + dropout(f(y))
///
/// Names: Hugging Face's BLOOM does this with `apply_residual_connection_post_layernorm`.
@Source(paper = "BLOOM: A 176B-Parameter Open-Access Multilingual Language Model", arxiv = "2211.05100")
public record NormedStream(@Default("0.0") double dropout) implements Residual {
    public static final NormedStream EXAMPLE = new NormedStream(0);

    public NormedStream {
        Residual.checked(dropout);
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Layer> norms = BranchByBranch.norms(parameters, branches, norm, "norm", width);
        return new BranchByBranch(branches, norms, dropout, width, (x, i, here) -> {
            Branch branch = branches.get(i);
            Tensor normed = norms.get(i).forward(x, here);
            Tensor y = branch.layer().forward(normed, here);
            return normed.add(branch.joining(y, dropout, here)); // [B, T, E]
        });
    }
}
