package io.attend.feedforward;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// An expert that every token uses, beside those it is routed to: what all tokens need is learned once.
///
///     y = always(x) + routed(x)
///
/// x [B, T, E] → y [B, T, E]. Cost is that of both. Names: DeepSeek's shared experts, which are one
/// feed-forward of their joint hidden size; they stand at `always`, the mixture at `routed`.
@Source(
        paper = "DeepSeekMoE: Towards Ultimate Expert Specialization in Mixture-of-Experts Language Models",
        arxiv = "2401.06066")
public record SharedExpert(FeedForward always, FeedForward routed) implements FeedForward {
    public static final SharedExpert EXAMPLE = new SharedExpert(GatedFeedForward.EXAMPLE, MixtureOfExperts.EXAMPLE);

    @Override
    public boolean causal() {
        return always.causal() && routed.causal();
    }

    @Override
    public boolean local() {
        return always.local() && routed.local();
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        Layer first = always.build(parameters.in("always"), width);
        Layer second = routed.build(parameters.in("routed"), width);
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return first.forward(x, context).add(second.forward(x, context)); // [B, T, E]
            }

            @Override
            public Cost cost(Load load) {
                return first.cost(load).plus(second.cost(load)).plus(Cost.flops(load.rows() * width));
            }
        };
    }
}
