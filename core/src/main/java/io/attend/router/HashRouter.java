package io.attend.router;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// A token goes to the expert its word always goes to: nothing is learned and nothing needs balancing.
///
///     i = ((a · word + seed) mod (2³¹ − 1)) mod X        y = expertᵢ(x)
///
/// with a = 1,103,515,245. Needs the ids of the words, so only models that read tokens can have it. Names:
/// the paper's random hash; it draws a table once where this computes.
@Source(paper = "Hash Layers For Large Sparse Models", arxiv = "2106.04426")
public record HashRouter(@Default("0") long seed) implements Router {
    public static final HashRouter EXAMPLE = new HashRouter(12_345);

    static final long FACTOR = 1_103_515_245L;
    static final long PRIME = (1L << 31) - 1;

    public HashRouter {
        if (seed < 0 || seed >= PRIME) {
            throw new IllegalArgumentException("seed " + seed + " is outside 0 to " + (PRIME - 1));
        }
    }

    @Override
    public int choices() {
        return 1;
    }

    @Override
    public Router.Built build(Parameters parameters, int width, int experts) {
        return new Router.Built() {
            @Override
            public Routes route(Tensor x, Context context) {
                Tensor words = context.words()
                        .orElseThrow(
                                () -> new IllegalStateException(
                                        context.place()
                                                + ": a hash router needs the ids of the words, and this model reads none; use another router"));
                Tensor chosen = words.mul(FACTOR).add(seed).remainder(PRIME).remainder(experts); // [B, T]
                if (context.keep().isPresent()) {
                    Tensor keep = context.keep().get();
                    Tensor here = keep.narrow(1, keep.size(1) - x.size(1), x.size(1));
                    chosen = chosen.maskedFill(here.logicalNot(), experts);
                }
                Tensor ones = Tensor.ones(Shape.of(x.size(0), x.size(1), 1), DType.FLOAT32)
                        .to(x.dtype());
                return new Routes(chosen.unsqueeze(2), ones, Optional.empty());
            }

            @Override
            public Cost cost(Load load) {
                return Cost.flops(4 * load.rows());
            }
        };
    }
}
