package io.attend.feedforward;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.activation.Identity;
import io.attend.activation.Relu;
import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Scene;
import io.attend.router.CapacityFactor;
import io.attend.router.ExpertUse;
import io.attend.router.FixedCapacity;
import io.attend.router.HashRouter;
import io.attend.router.Router;
import io.attend.router.Routing;
import io.attend.router.SwitchRouter;
import io.attend.router.TopKRouter;
import io.attend.router.UnlimitedCapacity;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FeedForwardTest {
    /// Half of the hidden numbers go, the others double, and only in training.
    @Test
    void dropsHiddenNumbersInTrainingOnly() {
        int hidden = 997;
        for (FeedForward value : List.of(
                new DenseFeedForward(hidden, new Relu(), Bias.NONE, 0.5),
                new GatedFeedForward(hidden, new Identity(), Bias.NONE, 0.5))) {
            try (Lifetime _ = Lifetime.open();
                    Random random = Random.seeded(5);
                    Bench<Layer> bench = Bench.of(parameters -> value.build(parameters, 1), DType.FLOAT32)) {
                bench.weights().forEach(weight -> weight.fill_(1)); // y counts the hidden numbers that are left
                Tensor ones = Tensor.ones(Shape.of(1, 1, 1), DType.FLOAT32);
                assertThat(bench.built().forward(ones, Context.inference()).item())
                        .isEqualTo(hidden);
                double left =
                        bench.built().forward(ones, Context.training(random)).item() / 2;
                assertThat(left).isBetween(0.42 * hidden, 0.58 * hidden).isEqualTo(Math.rint(left));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(FeedForward.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().build(parameters, WIDTH),
                                FeedForwardFormulas.of(example.value()))
                        .causal(example.value().causal())
                        .choosing(
                                example.value() instanceof MixtureOfExperts || example.value() instanceof SharedExpert)
                        .tests());
    }

    /// Experts that are full, in one pass over padded sequences: what fits is computed, the rest is dropped or
    /// passed, as the loops say.
    @Test
    void overflowsAsItsRouterSays() {
        FeedForward expert = new DenseFeedForward(11, new Relu(), Bias.NONE, 0);
        for (Router router : List.of(
                SwitchRouter.EXAMPLE,
                SwitchRouter.PASSING,
                TopKRouter.GLAM,
                new TopKRouter(2, TopKRouter.Gates.SOFTMAX, new CapacityFactor(0.5)),
                new SwitchRouter(new CapacityFactor(0.5), SwitchRouter.Overflow.DROPPED))) {
            FeedForward value = new MixtureOfExperts(3, router, expert);
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> bench = Bench.of(parameters -> value.build(parameters, WIDTH))) {
                Tensor x = Grids.random(7, 2, 23, WIDTH);
                Context context = Context.inference().padded(Optional.of(Grids.keep(23, 23, 17)));
                Tensor y = bench.built().forward(x, context);
                double[][][] grid = Grids.of(x);
                int[] lengths = {23, 17};
                for (int b = 0; b < 2; b++) {
                    Scene scene = new Scene(Scene.first(lengths[b], 23), new double[0][], new boolean[0]);
                    grid[b] = FeedForwardFormulas.of(value).apply(grid[b], bench.numbers(), scene);
                }
                for (int b = 0; b < 2; b++) { // padding is passed or not, nobody reads it
                    Grids.assertEqual(
                            value + " of row " + b,
                            y.narrow(0, b, 1).narrow(1, 0, lengths[b]),
                            new double[][][] {Arrays.copyOf(grid[b], lengths[b])},
                            1e-11);
                }
                Routing routing = context.reports(Routing.class).getFirst();
                assertThat(routing.overflow()).as("%s", router).isBetween(0.0, 0.9);
                ExpertUse use = context.reports(ExpertUse.class).getFirst();
                long[] placed = new long[3];
                Arrays.stream(routing.placed().toLongs())
                        .filter(place -> place < 3)
                        .forEach(place -> placed[(int) place]++);
                assertThat(use.placed()).as("%s", router).isEqualTo(placed);
            }
        }
    }

    /// Words go to their experts whatever surrounds them.
    @Test
    void hashesWords() {
        FeedForward value =
                new MixtureOfExperts(5, HashRouter.EXAMPLE, new DenseFeedForward(11, new Relu(), Bias.NONE, 0));
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(parameters -> value.build(parameters, WIDTH))) {
            Tensor x = Grids.random(7, 1, 7, WIDTH);
            long[] words = {3, 50_256, 3, 0, 17, 250_001, 4};
            Context context = Context.inference().worded(Optional.of(Tensor.of(words, 1, 7)));
            double[][][] expected = Grids.of(x);
            for (int t = 0; t < words.length; t++) {
                long expert = (1_103_515_245L * words[t] + 12_345) % ((1L << 31) - 1) % 5;
                expected[0][t] = FeedForwardFormulas.of(new DenseFeedForward(11, new Relu(), Bias.NONE, 0))
                        .apply(
                                new double[][] {expected[0][t]},
                                bench.numbers().in("experts").in("" + expert),
                                Scene.plain(1))[0];
            }
            Grids.assertEqual("hashed", bench.built().forward(x, context), expected, 1e-11);
            assertThatThrownBy(
                            () -> bench.built().forward(x, Context.inference().at(new Place("decoder.0.feed"))))
                    .hasMessage(
                            "decoder.0.feed: a hash router needs the ids of the words, and this model reads none; use"
                                    + " another router");
        }
    }

    /// The operations of every product, counted where they happen: a token costs two experts whether there are
    /// 4 or 64.
    @Test
    void aTokenCostsTheSameHoweverManyExpertsThereAre() {
        long tokens = 3 * 97;
        double expert = 2.0 * 3 * WIDTH * 29; // gate, inner, outer
        double around = 2 * (29 * (5 + 1) + 2 * WIDTH); // of two experts: their gates, moving and weighting
        for (int experts : new int[] {4, 16, 64}) {
            double[] counted = new double[1];
            Parameters[] built = new Parameters[1];
            FeedForward value = new MixtureOfExperts(experts, TopKRouter.EXAMPLE, GatedFeedForward.EXAMPLE);
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> bench = Bench.of(parameters -> {
                        built[0] = parameters;
                        return value.build(parameters, WIDTH);
                    })) {
                built[0].linears().forEach((name, linear) -> {
                    if (name.startsWith("experts.")) {
                        linear.wrap(product -> x -> {
                            counted[0] += linear.flops((double) x.count() / x.size(-1));
                            return product.apply(x);
                        });
                    }
                });
                bench.built().forward(Grids.random(3, 3, 97, WIDTH), Context.inference());
                assertThat(counted[0] / tokens)
                        .as("operations a token of %s experts", experts)
                        .isEqualTo(2 * expert);
                double router = 2.0 * WIDTH * experts + 5 * experts;
                double said = bench.built().cost(Load.batch(3).length(97)).flops() / tokens - router;
                assertThat(said).as("%s experts", experts).isCloseTo(2 * expert + around, within(1e-6));
            }
        }
    }

    @Test
    void refuseWhatCannotBe() {
        FeedForward expert = DenseFeedForward.EXAMPLE;
        assertThatThrownBy(() -> new MixtureOfExperts(
                                2, new TopKRouter(3, TopKRouter.Gates.SOFTMAX, new UnlimitedCapacity()), expert)
                        .build(Parameters.root().in("decoder.0.feed"), WIDTH))
                .hasMessage(
                        "decoder.0.feed.router: a token cannot go to 3 of 2 experts; choose at most as many as there"
                                + " are");
        assertThatThrownBy(() -> new FixedCapacity(0)).hasMessage("capacity must be at least 1 token, not 0");
        assertThatThrownBy(() -> new CapacityFactor(0))
                .hasMessage("factor 0.0 must be above 0; the usual ones are 1 to 2");
        assertThatThrownBy(() -> new MixtureOfExperts(0, TopKRouter.EXAMPLE, expert))
                .hasMessage("experts must be from 1 to 10000, not 0");
        assertThatThrownBy(() -> new MixtureOfExperts(2, TopKRouter.EXAMPLE, MixtureOfExperts.OF_SEQUENCES))
                .hasMessage("an expert sees the tokens of many sequences in one line, so it must work on each alone;"
                        + " MixtureOfExperts does not");
        assertThatThrownBy(() -> new GatedFeedForward(0, new Relu(), Bias.NONE, 0))
                .hasMessage("hidden must be at least 1, not 0");
        assertThatThrownBy(() -> new ChunkedFeedForward(3, SoftMixtureOfExperts.EXAMPLE))
                .hasMessage("SoftMixtureOfExperts looks at more than one position, so chunks would change its result;"
                        + " leave ChunkedFeedForward out");
        assertThatThrownBy(
                        () -> GroupedFeedForward.EXAMPLE.build(Parameters.root().in("feed"), 11))
                .hasMessage(
                        "feed.inner: 5 groups cannot divide a product of 11 inputs and 35 outputs evenly; change the"
                                + " groups or the sizes");
        assertThatThrownBy(() -> new LowRankFeedForward(29, new Relu(), 10, Bias.NONE, 0)
                        .build(Parameters.root().in("feed"), WIDTH))
                .hasMessage("feed: rank 10 saves nothing in a matrix of 10 by 29; it must be below both");
    }
}
