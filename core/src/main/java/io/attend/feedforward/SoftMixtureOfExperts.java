package io.attend.feedforward;

import io.attend.activation.Gelu;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Experts that take mixtures of tokens instead of tokens: nothing is dropped, nothing needs balancing, all
/// is smooth.
///
///     logits = Φ x        D = softmax over tokens, C = softmax over slots
///     x̃ = Dᵀ x,  ỹ = expert of the slot (x̃),  y = C ỹ
///
/// x [B, T, E] → slots [B, X·slots, E] → y [B, T, E]. Time 6·T·E·X·slots operations and the experts' on
/// X·slots positions, however long the sequence. Padding is in no mixture. Every position depends on all
/// others of its sequence, so it is not for a stack that writes. Names: our `slots` is the paper's p slots an
/// expert, `router` its Φ.
@Source(paper = "From Sparse to Soft Mixtures of Experts", arxiv = "2308.00951")
public record SoftMixtureOfExperts(
        int experts, @Default("1") int slots, FeedForward expert) implements FeedForward {
    public static final SoftMixtureOfExperts EXAMPLE =
            new SoftMixtureOfExperts(3, 2, new DenseFeedForward(11, new Gelu(), Bias.ADDED, 0));

    public SoftMixtureOfExperts {
        if (experts < 1 || slots < 1 || (long) experts * slots > 1_000_000) {
            throw new IllegalArgumentException("experts " + experts + " and slots " + slots
                    + " must be at least 1, and their product at most 1000000");
        }
        if (!expert.local()) {
            throw new IllegalArgumentException("an expert must work on each slot alone; "
                    + expert.getClass().getSimpleName() + " does not");
        }
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public boolean local() {
        return false;
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final SoftMixtureOfExperts value;
        private final int width;
        private final Linear router;
        private final List<Layer> experts;

        Built(SoftMixtureOfExperts value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.router = new Linear(
                    parameters.in("router"), Linear.Size.from(width).to((long) value.experts * value.slots), Bias.NONE);
            Parameters place = parameters.in("experts");
            this.experts = IntStream.range(0, value.experts)
                    .mapToObj(i -> value.expert.build(place.in(Integer.toString(i)), width))
                    .toList();
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = x.size(1);
            Tensor logits = router.forward(x); // [B, T, X slots]
            Optional<Tensor> padding = context.keep()
                    .map(keep -> keep.narrow(1, keep.size(1) - length, length)
                            .logicalNot()
                            .unsqueeze(2));
            Tensor combine = logits.softmax(-1);
            Tensor dispatch = padding.isEmpty()
                    ? logits.softmax(1)
                    : logits.maskedFill(padding.get(), -1e30).softmax(1).maskedFill(padding.get(), 0);
            Tensor mixed = dispatch.transpose(1, 2).matmul(x); // [B, X slots, E]
            Context alone = context.unpadded();
            List<Tensor> results = new ArrayList<>();
            for (int i = 0; i < experts.size(); i++) {
                results.add(experts.get(i).forward(mixed.narrow(1, (long) i * value.slots, value.slots), alone));
            }
            return combine.matmul(Tensor.cat(1, results.toArray(Tensor[]::new))); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            double slots = (double) value.experts * value.slots;
            Cost one = experts.getFirst().cost(Load.batch(load.batch()).length(value.slots));
            return Cost.flops(router.flops(load.rows()) + 4 * load.rows() * slots * width + 10 * load.rows() * slots)
                    .saving(load.rows() * (width + 2 * slots) + 2 * load.batch() * slots * width)
                    .plus(one.times(value.experts));
        }
    }
}
