package io.attend.feedforward;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.value.Source;

/// One feed-forward for all layers of a stack, while each keeps an attention of its own.
///
///     y = f(x)        with the same f in every block
///
/// x [B, T, E] → y [B, T, E]. Time is that of the feed-forward within, parameters those of one; it is built
/// at `feed` below the stack. Whole blocks that repeat with one set of weights, as in ALBERT, are a Segment
/// with `shared` sharing.
@Source(paper = "One Wide Feedforward is All You Need", arxiv = "2309.01826")
public record SharedFeedForward(FeedForward feedForward) implements FeedForward {
    public static final SharedFeedForward EXAMPLE = new SharedFeedForward(DenseFeedForward.EXAMPLE);

    @Override
    public Layer build(Parameters parameters, int width) {
        return parameters.shared("feed", this, Layer.class, place -> feedForward.build(place, width));
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
