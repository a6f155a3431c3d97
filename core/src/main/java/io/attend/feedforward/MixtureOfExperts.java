package io.attend.feedforward;

import io.attend.activation.Relu;
import io.attend.activation.Silu;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.router.ExpertUse;
import io.attend.router.FixedCapacity;
import io.attend.router.Router;
import io.attend.router.SequenceRouter;
import io.attend.router.SwitchRouter;
import io.attend.router.TopKRouter;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Many feed-forwards, of which each token uses a few: parameters grow with the number of experts, work does
/// not.
///
///     y = Σ over the chosen experts i of weightᵢ · expertᵢ(x)
///
/// x [B, T, E] → y [B, T, E]. Time k times that of one expert plus the router's, whatever X is: positions are
/// sorted by expert, and each expert takes its slice in one product; padding is not computed and gives zeros.
/// Names: our `experts` X is Mixtral's `num_local_experts`, the router's `choices` k its
/// `num_experts_per_tok`.
@Source(paper = "Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer", arxiv = "1701.06538")
public record MixtureOfExperts(int experts, Router router, FeedForward expert) implements FeedForward {
    public static final MixtureOfExperts EXAMPLE =
            new MixtureOfExperts(5, TopKRouter.EXAMPLE, new GatedFeedForward(11, new Silu(), Bias.NONE, 0));
    public static final MixtureOfExperts SWITCH = new MixtureOfExperts(
            3,
            new SwitchRouter(new FixedCapacity(64), SwitchRouter.Overflow.DROPPED),
            new DenseFeedForward(11, new Relu(), Bias.NONE, 0));
    public static final MixtureOfExperts OF_SEQUENCES =
            new MixtureOfExperts(3, SequenceRouter.EXAMPLE, new DenseFeedForward(11, new Relu(), Bias.ADDED, 0));

    public MixtureOfExperts {
        if (experts < 1 || experts > 10_000) {
            throw new IllegalArgumentException("experts must be from 1 to 10000, not " + experts);
        }
        if (!expert.local()) {
            throw new IllegalArgumentException(
                    "an expert sees the tokens of many sequences in one line, so it must work" + " on each alone; "
                            + expert.getClass().getSimpleName() + " does not");
        }
    }

    @Override
    public boolean causal() {
        return router.causal();
    }

    @Override
    public boolean local() {
        return router.local();
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final int choices;
        private final int width;
        private final Router.Built router;
        private final List<Layer> experts;

        Built(MixtureOfExperts value, Parameters parameters, int width) {
            this.choices = value.router.choices();
            this.width = width;
            this.router = value.router.build(parameters.in("router"), width, value.experts);
            Parameters place = parameters.in("experts");
            this.experts = IntStream.range(0, value.experts)
                    .mapToObj(i -> value.expert.build(place.in(Integer.toString(i)), width))
                    .toList();
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Router.Routes routes = router.route(x, context);
            long tokens = x.size(0) * x.size(1);
            long choices = routes.experts().size(2);
            Tensor flat = x.reshape(tokens, width);
            Tensor ids = routes.experts().reshape(-1); // [N k]
            Tensor order = ids.argsort(); // by expert, in the order of the text
            long[] counts = ids.bincount(experts.size() + 1L).toLongs();
            long placed = tokens * choices - counts[experts.size()];
            context.report(new ExpertUse(context.place(), Arrays.copyOf(counts, experts.size())));
            Tensor pairs = order.narrow(0, 0, placed); // those without an expert stand last
            Tensor from = Tensor.arange(0, tokens).repeatInterleave(choices, 0).indexSelect(0, pairs); // [M]
            Tensor sorted = flat.indexSelect(0, from); // [M, E]
            List<Tensor> results = new ArrayList<>();
            Context alone = context.unpadded();
            long at = 0;
            for (int i = 0; i < experts.size(); i++) {
                if (counts[i] > 0) {
                    Tensor slice = sorted.narrow(0, at, counts[i]).unsqueeze(0); // [1, n, E]
                    results.add(experts.get(i).forward(slice, alone).squeeze(0));
                    at += counts[i];
                }
            }
            Tensor y = Tensor.zeros(Shape.of(tokens, width), x.dtype());
            if (placed > 0) {
                Tensor weights =
                        routes.weights().reshape(-1).indexSelect(0, pairs).unsqueeze(1); // [M, 1]
                Tensor weighted = Tensor.cat(0, results.toArray(Tensor[]::new)).mul(weights);
                y = y.indexAdd(0, from, weighted); // [N, E]
            }
            if (routes.passed().isPresent()) {
                y = y.add(flat.mul(routes.passed().get().reshape(tokens, 1)));
            }
            return y.reshape(x.size(0), x.size(1), width); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            Cost one = experts.getFirst().cost(load);
            double moved = load.rows() * width;
            return router.cost(load)
                    .plus(Cost.flops(choices * (one.flops() + 2 * moved)).saving(choices * (one.saved() + moved)));
        }
    }
}
