package io.attend.feedforward;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;

/// A feed-forward computed for some positions at a time: the same result with the hidden numbers of one chunk
/// only.
///
///     y = f(x₁), f(x₂), ... one after another, for chunks x = x₁, x₂, ... of the length
///
/// x [B, T, E] → y [B, T, E]. Time is that of the feed-forward within, memory B·chunk·F instead of B·T·F
/// while nothing is kept for a backward pass; training keeps all hidden numbers and gains nothing. Names:
/// Hugging Face's `chunk_size_feed_forward`.
@Source(paper = "Reformer: The Efficient Transformer", arxiv = "2001.04451")
public record ChunkedFeedForward(int chunk, FeedForward feedForward) implements FeedForward {
    public static final ChunkedFeedForward EXAMPLE = new ChunkedFeedForward(3, DenseFeedForward.EXAMPLE);

    public ChunkedFeedForward {
        if (chunk < 1) {
            throw new IllegalArgumentException("chunk must be at least 1, not " + chunk);
        }
        if (!feedForward.local()) {
            throw new IllegalArgumentException(
                    feedForward.getClass().getSimpleName()
                            + " looks at more than one position, so chunks would change its result; leave ChunkedFeedForward out");
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        Layer inner = feedForward.build(parameters, width);
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                List<Tensor> chunks = x.split(chunk, 1);
                return Tensor.cat(
                        1,
                        chunks.stream()
                                .map(part -> inner.forward(part, context))
                                .toArray(Tensor[]::new)); // [B, T, E]
            }

            @Override
            public Cost cost(Load load) {
                return inner.cost(load);
            }
        };
    }
}
