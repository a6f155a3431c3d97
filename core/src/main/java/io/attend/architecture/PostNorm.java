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

/// The norm stands after the sum, as the 2017 Transformer has it.
///
///     x ← norm(x + dropout(f(x)))
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record PostNorm(@Default("0.0") double dropout) implements Residual {
    public static final PostNorm EXAMPLE = new PostNorm(0);

    public PostNorm {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Layer> norms = branches.stream()
                .map(branch -> norm.build(parameters.in(branch.name()).in("norm"), width))
                .toList();
        return new Residual.Built() {
            @Override
            public Tensor forward(Tensor x, List<Place> places, Context context) {
                for (int i = 0; i < norms.size(); i++) {
                    Context here = context.at(places.get(i));
                    Tensor branch = branches.get(i).layer().forward(x, here);
                    x = norms.get(i).forward(x.add(here.dropout(branch, dropout)), here); // [B, T, E]
                }
                return x; // [B, T, E]
            }

            @Override
            public Cost cost(Load load) {
                Cost cost = Cost.NONE;
                for (int i = 0; i < norms.size(); i++) {
                    cost = cost.plus(branches.get(i).layer().cost(load))
                            .plus(norms.get(i).cost(load))
                            .plus(Cost.flops(load.rows() * width).saving(dropout > 0 ? 2 * load.rows() * width : 0));
                }
                return cost;
            }
        };
    }
}
