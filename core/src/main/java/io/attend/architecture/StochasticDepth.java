package io.attend.architecture;

import io.attend.layer.Parameters;
import io.attend.norm.Norm;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// While training, whole branches are left out at random, each example for itself: shallower models, all
/// trained at once.
///
///     x ← x  with chance p,  x + f(x) / (1 − p)  otherwise        where the residual that is named has x ← x
///     + f(x)
///
/// It acts on what joins the stream, behind any norm at the end of the branch. The chance p is `rate`
/// everywhere if `growth` is `constant`; if it is `linear`, block l of L has l/L · rate, so that early blocks
/// are nearly always there. Off in evaluation. A branch left out is computed all the same. Names: Hugging
/// Face's `drop_path_rate`; the paper's survival probability is 1 − p, and it scales at test time instead.
@Source(paper = "Deep Networks with Stochastic Depth", arxiv = "1603.09382")
public record StochasticDepth(
        double rate, @Default("\"linear\"") Growth growth, Residual residual) implements Residual {
    public static final StochasticDepth EXAMPLE = new StochasticDepth(0.1, Growth.LINEAR, PreNorm.EXAMPLE);

    /// How the rate depends on depth.
    public enum Growth {
        CONSTANT,
        LINEAR
    }

    public StochasticDepth {
        if (!(rate > 0 && rate < 1)) {
            throw new IllegalArgumentException(
                    "rate " + rate + " is outside (0, 1); leave StochasticDepth out for none");
        }
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        List<Branch> dropping = branches.stream()
                .map(branch -> branch.ending((y, here) -> {
                    if (!here.isTraining()) {
                        return y;
                    }
                    double p = growth == Growth.LINEAR ? rate * here.place().depth() : rate;
                    Tensor ones = Tensor.ones(Shape.of(y.size(0), 1, 1), y.dtype());
                    return y.mul(here.dropout(ones, p)); // [B, T, E]
                }))
                .toList();
        return residual.build(parameters, dropping, norm, width);
    }

    @Override
    public Streams streams() {
        return residual.streams();
    }
}
