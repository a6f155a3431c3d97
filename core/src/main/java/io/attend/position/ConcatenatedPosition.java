package io.attend.position;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// Sinusoids beside the embedding rather than added to it, then projected back to the model's width, so that
/// the model learns how much of each to keep.
///
///     y = W [x, PE(p)] + b
///
/// x [B, T, E], PE [T, W] → y [B, T, E]; (E + W)·E + E parameters, O(T·(E + W)·E). `width` W is the sinusoids'.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record ConcatenatedPosition(int width, @Default("{}") SinusoidalPosition waves) implements AbsolutePosition {
    public static final ConcatenatedPosition EXAMPLE = new ConcatenatedPosition(6, SinusoidalPosition.EXAMPLE);

    public ConcatenatedPosition {
        if (width < 2 || width % 2 != 0) {
            throw new IllegalArgumentException("sinusoids need an even width of at least 2, not " + width);
        }
    }

    @Override
    public Layer build(Parameters parameters, int embedding) {
        waves.check(parameters, width);
        Linear projection = new Linear(
                parameters.in("projection"),
                Linear.Size.from((long) embedding + width).to(embedding),
                Bias.ADDED);
        return new Built(this, projection);
    }

    private record Built(ConcatenatedPosition value, Linear projection) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor waves = value.waves.waves(context, x.size(1), value.width, x.dtype()); // [T, W] or [B, T, W]
            return projection.forward(Tensor.cat(-1, x, waves.expand(x.size(0), x.size(1), value.width))); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            double width = value.width + projection.weight().shape().size(0);
            return Cost.flops(projection.flops(load.rows())).saving(load.rows() * width);
        }
    }
}
