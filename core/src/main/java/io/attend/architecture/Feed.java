package io.attend.architecture;

import io.attend.feedforward.DenseFeedForward;
import io.attend.feedforward.FeedForward;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.value.Source;

/// A branch that works on each position alone, or nearly so.
///
///     f(x) = feedForward(x)
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record Feed(FeedForward feedForward) implements Sublayer {
    public static final Feed EXAMPLE = new Feed(DenseFeedForward.EXAMPLE);

    @Override
    public Layer build(Parameters parameters, Site site) {
        return feedForward.build(parameters, site.width());
    }

    @Override
    public String name() {
        return "feed";
    }

    @Override
    public boolean causal() {
        return feedForward.causal();
    }

    /// Each position is treated by itself.
    @Override
    public boolean takes(Lanes lanes) {
        return true;
    }
}
