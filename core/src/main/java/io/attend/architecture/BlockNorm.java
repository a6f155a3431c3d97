package io.attend.architecture;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;

/// One norm more at the end of the block, whatever its branches do: the Conformer's.
///
///     x ← norm(residual(x))
///
/// It stands at `norm` below the block.
@Source(paper = "Conformer: Convolution-augmented Transformer for Speech Recognition", arxiv = "2005.08100")
public record BlockNorm(Residual residual) implements Residual {
    public static final BlockNorm EXAMPLE = new BlockNorm(PreNorm.EXAMPLE);

    public BlockNorm {
        if (residual.streams() != Streams.ONE) {
            throw new IllegalArgumentException(
                    "a norm at the end of a block needs one stream; a residual of two has none");
        }
        if (residual instanceof ParallelNorm parallel && parallel.norms() == ParallelNorm.Norms.SHARED
                || residual instanceof BlockNorm) {
            throw new IllegalArgumentException(
                    "the block already has a norm of its own; give each branch its own norm");
        }
    }

    @Override
    public Residual.Built build(Parameters parameters, List<Branch> branches, Norm norm, int width) {
        Residual.Built inner = residual.build(parameters, branches, norm, width);
        Layer last = norm.build(parameters.in("norm"), width);
        return new Residual.Built() {
            @Override
            public Tensor forward(Tensor x, List<Place> places, Context context) {
                return last.forward(inner.forward(x, places, context), context); // [B, T, E]
            }

            @Override
            public Cost cost(Load load) {
                return inner.cost(load).plus(last.cost(load));
            }
        };
    }
}
