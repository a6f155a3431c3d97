package io.attend.router;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// A token goes to the one expert of its highest score, if that has room.
///
///     p = softmax(W x),  i = argmax p        y = pᵢ · expertᵢ(x)
///     an expert that is full:                y = 0, or pᵢ · x if overflow is `passed`
///
/// x [B, T, E] → 1 of X experts. Time 2·T·E·X operations. In the paper an overflowing token goes on through the
/// residual connection alone: `dropped`. Hugging Face's Switch returns the layer's input, which is the normed
/// stream, times the probability: `passed`; there padding goes to experts and takes their room like any word:
/// `routed`. Names: our `bias` is its `router_bias`.
@Source(
        paper = "Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity",
        arxiv = "2101.03961")
public record SwitchRouter(
        Capacity capacity,
        @Default("\"dropped\"") Overflow overflow,
        @Default("\"left-out\"") Padding padding,
        @Default("\"none\"") Bias bias)
        implements Router {
    public static final SwitchRouter EXAMPLE = new SwitchRouter(new CapacityFactor(1.25), Overflow.DROPPED);
    public static final SwitchRouter PASSING = new SwitchRouter(new FixedCapacity(2), Overflow.PASSED);
    public static final SwitchRouter BIASED =
            new SwitchRouter(new FixedCapacity(3), Overflow.PASSED, Padding.ROUTED, Bias.ADDED);

    /// What a token that finds its expert full becomes.
    public enum Overflow {
        DROPPED,
        PASSED
    }

    /// Where padding goes.
    public enum Padding {
        LEFT_OUT,
        ROUTED
    }

    /// Without bias; padding is left out.
    public SwitchRouter(Capacity capacity, Overflow overflow) {
        this(capacity, overflow, Padding.LEFT_OUT, Bias.NONE);
    }

    @Override
    public int choices() {
        return 1;
    }

    @Override
    public boolean local() {
        return !capacity.isLimited();
    }

    @Override
    public Router.Built build(Parameters parameters, int width, int experts) {
        Scores scores = new Scores(parameters, width, experts, 1, bias);
        return new Router.Built() {
            @Override
            public Routes route(Tensor x, Context given) {
                Context context = padding == Padding.ROUTED ? given.padded(Optional.empty()) : given;
                Tensor logits = scores.logits(x); // [B, T, X]
                Tensor.Ranked best = logits.softmax(-1).topk(1); // [B, T, 1]
                Tensor placed = scores.placed(best.indices(), capacity, context);
                scores.report(logits, best.indices(), placed, context);
                Tensor weights = best.values().to(x.dtype());
                Optional<Tensor> passed = overflow == Overflow.PASSED
                        ? Optional.of(
                                weights.mul(placed.eq(experts).to(x.dtype())).squeeze(2))
                        : Optional.empty();
                return new Routes(placed, weights, passed);
            }

            @Override
            public Cost cost(Load load) {
                return scores.cost(load);
            }
        };
    }
}
