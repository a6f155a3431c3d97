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

/// The norm stands inside the branch, so that the stream itself is never touched: deep models train without warmup
/// tricks. The stack then ends with a norm of its own.
///
///     x ← x + dropout(f(norm(x)))
@Source(paper = "On Layer Normalization in the Transformer Architecture", arxiv = "2002.04745")
public record PreNorm(@Default("0.0") double dropout) implements Residual {
    public static final PreNorm EXAMPLE = new PreNorm(0);

    public PreNorm {
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
                    Tensor branch = branches.get(i).layer().forward(norms.get(i).forward(x, here), here);
                    x = x.add(here.dropout(branch, dropout)); // [B, T, E]
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
