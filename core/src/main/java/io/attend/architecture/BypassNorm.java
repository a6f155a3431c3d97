package io.attend.architecture;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Post-norm whose last branch passes the others by: it looks at what entered the block, not at what they
/// made of it.
///
///     z ← norm(z + dropout(f(z)))        the branches but the last, z at first x
///     x ← norm(z + dropout(g(x)))        the last
///
/// The first block of DeBERTa v2 with its convolution.
@Source(paper = "DeBERTa: Decoding-enhanced BERT with Disentangled Attention", arxiv = "2006.03654")
public record BypassNorm(@Default("0.0") double dropout) implements Residual {
    public static final BypassNorm EXAMPLE = new BypassNorm(0);

    public BypassNorm {
        Residual.checked(dropout);
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Layer> norms = BranchByBranch.norms(parameters, branches, norm, "norm", width);
        int last = branches.size() - 1;
        return new Residual.Built() {
            @Override
            public Tensor forward(Tensor x, List<Place> places, Context context) {
                Tensor z = x;
                for (int i = 0; i <= last; i++) {
                    Context here = context.at(places.get(i));
                    Branch branch = branches.get(i);
                    Tensor y = branch.layer().forward(i < last ? z : x, here);
                    z = norms.get(i).forward(z.add(branch.joining(y, dropout, here)), here); // [B, T, E]
                }
                return z; // [B, T, E]
            }

            @Override
            public Cost cost(Load load) {
                return BranchByBranch.cost(branches, norms, dropout, width, load);
            }
        };
    }
}
