package io.attend.feedforward;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// A feed-forward whose result counts less or more: half, in the two half steps of a Macaron or Conformer
/// block.
///
///     y = factor · f(x)
///
/// x [B, T, E] → y [B, T, E]. One operation a number more than the feed-forward within.
@Source(paper = "Conformer: Convolution-augmented Transformer for Speech Recognition", arxiv = "2005.08100")
public record ScaledFeedForward(double factor, FeedForward feedForward) implements FeedForward {
    public static final ScaledFeedForward EXAMPLE = new ScaledFeedForward(0.5, DenseFeedForward.EXAMPLE);

    public ScaledFeedForward {
        if (!(Math.abs(factor) > 0 && Math.abs(factor) < 1000)) {
            throw new IllegalArgumentException(
                    "factor " + factor + " must not be 0; leave the feed-forward out instead");
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        Layer inner = feedForward.build(parameters, width);
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return inner.forward(x, context).mul(factor); // [B, T, E]
            }

            @Override
            public Cost cost(Load load) {
                return inner.cost(load).plus(Cost.flops(load.rows() * width));
            }
        };
    }

    @Override
    public boolean causal() {
        return feedForward.causal();
    }

    @Override
    public boolean local() {
        return feedForward.local();
    }
}
