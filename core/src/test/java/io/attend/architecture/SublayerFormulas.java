package io.attend.architecture;

import io.attend.attention.AttentionFormulas;
import io.attend.convolution.ConvolutionFormulas;
import io.attend.feedforward.FeedForwardFormulas;
import io.attend.layer.LayerContract.Formula;
import io.attend.recurrence.RecurrenceFormulas;
import io.attend.value.Formulas;

/// Branches of a block, from the papers.
public final class SublayerFormulas {
    private SublayerFormulas() {}

    private static final Formulas<Sublayer, Formula> ALL = Formulas.<Sublayer, Formula>of(Sublayer.class)
            .with(SelfAttention.class, value -> AttentionFormulas.self(value.attention()))
            .with(Convolve.class, value -> ConvolutionFormulas.of(value.convolution()))
            .with(Recur.class, value -> RecurrenceFormulas.of(value.recurrence()))
            .with(CrossAttention.class, value -> AttentionFormulas.cross(value.attention()))
            .with(Feed.class, value -> FeedForwardFormulas.of(value.feedForward()));

    public static Formula of(Sublayer sublayer) {
        return ALL.of(sublayer);
    }
}
