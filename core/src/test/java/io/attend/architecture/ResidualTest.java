package io.attend.architecture;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Residual.Branch;
import io.attend.attention.SoftmaxAttention;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Load;
import io.attend.layer.Numbers;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Scene;
import io.attend.layer.Site;
import io.attend.norm.LayerNorm;
import io.attend.norm.NoNorm;
import io.attend.norm.Norm;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ResidualTest {
    private static final List<Sublayer> SUBLAYERS =
            List.of(new SelfAttention(SoftmaxAttention.CAUSAL), new Feed(DenseFeedForward.EXAMPLE));

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Residual.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> layer(example.value(), LayerNorm.EXAMPLE, parameters),
                                (x, numbers, scene) -> ResidualFormulas.through(
                                        example.value(),
                                        x,
                                        List.of(
                                                new ResidualFormulas.Branch(
                                                        "attention", SublayerFormulas.of(SUBLAYERS.get(0))),
                                                new ResidualFormulas.Branch(
                                                        "feed", SublayerFormulas.of(SUBLAYERS.get(1)))),
                                        LayerNorm.EXAMPLE,
                                        numbers,
                                        scene))
                        .tests());
    }

    private static Layer layer(Residual residual, Norm norm, Parameters parameters) {
        List<Branch> branches = SUBLAYERS.stream()
                .map(sublayer ->
                        new Branch(sublayer.name(), sublayer.build(parameters.in(sublayer.name()), Site.width(WIDTH))))
                .toList();
        return layer(residual.build(parameters, branches, norm, WIDTH), residual.streams(), branches.size());
    }

    private static Layer layer(Residual.Built block, Streams streams, int branches) {
        List<Place> places =
                Stream.generate(() -> new Place("branch")).limit(branches).toList();
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return streams.leave(block.forward(streams.enter(x), places, context));
            }

            @Override
            public Cost cost(Load load) {
                return block.cost(load);
            }
        };
    }

    /// Dropout falls on the branch, never on the stream, and only in training: where the branch is the number
    /// 1, the sum is x, or x + 1 / (1 - rate).
    @Test
    void dropsTheBranchOnly() {
        double rate = 0.25;
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(3)) {
            for (Residual residual : List.of(
                    new PreNorm(rate),
                    new PostNorm(rate),
                    new BypassNorm(rate),
                    new AfterBranchNorm(rate),
                    new SandwichNorm(rate),
                    new NormedStream(rate),
                    new ScaledSum(1, 1, rate),
                    new ParallelNorm(ParallelNorm.Norms.SHARED, rate),
                    new ParallelNorm(ParallelNorm.Norms.OWN, rate))) {
                Layer ones = new Layer() {
                    @Override
                    public Tensor forward(Tensor x, Context context) {
                        return x.mul(0).add(1);
                    }

                    @Override
                    public Cost cost(Load load) {
                        return Cost.NONE;
                    }
                };
                try (Bench<Layer> bench = Bench.of(parameters -> layer(
                        residual.build(parameters, List.of(new Branch("one", ones)), new NoNorm(), WIDTH),
                        residual.streams(),
                        1))) {
                    Tensor x = Grids.random(1, 3, 997, WIDTH);
                    Tensor inference = bench.built().forward(x, Context.inference());
                    assertThat(Grids.difference(inference, x.add(1)))
                            .as("%s", residual)
                            .isZero();
                    double[] added = bench.built()
                            .forward(x, Context.training(random))
                            .sub(x)
                            .toDoubles();
                    int dropped = 0;
                    for (double branch : added) {
                        assertThat(Math.min(Math.abs(branch), Math.abs(branch - 1 / (1 - rate))))
                                .as("%s: the branch became %s", residual, branch)
                                .isLessThan(1e-9);
                        dropped += Math.abs(branch) < 0.5 ? 1 : 0;
                    }
                    assertThat(dropped / (double) added.length)
                            .as("%s: share dropped", residual)
                            .isBetween(0.23, 0.27);
                }
            }
        }
    }

    /// Whole branches go, each example for itself, more of them the deeper, only in training, and the mean
    /// stays.
    @Test
    void leavesOutWholeBranches() {
        int examples = 9973;
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(3)) {
            Layer ones = new Layer() {
                @Override
                public Tensor forward(Tensor x, Context context) {
                    return x.mul(0).add(1);
                }

                @Override
                public Cost cost(Load load) {
                    return Cost.NONE;
                }
            };
            Residual residual = new StochasticDepth(0.4, StochasticDepth.Growth.LINEAR, new PreNorm(0));
            try (Bench<Residual.Built> bench = Bench.of(
                    parameters -> residual.build(parameters, List.of(new Branch("one", ones)), new NoNorm(), 2))) {
                Tensor x = Grids.random(1, examples, 3, 2);
                for (double depth : new double[] {0.25, 1}) {
                    List<Place> places = List.of(new Place("here", depth));
                    assertThat(Grids.difference(bench.built().forward(x, places, Context.inference()), x.add(1)))
                            .isZero();
                    double[] added = bench.built()
                            .forward(x, places, Context.training(random))
                            .sub(x)
                            .toDoubles();
                    double rate = 0.4 * depth;
                    int gone = 0;
                    for (int example = 0; example < examples; example++) {
                        double first = Math.rint(added[6 * example] * (1 - rate));
                        gone += first == 0 ? 1 : 0;
                        for (int i = 0; i < 6; i++) {
                            assertThat(added[6 * example + i])
                                    .as("example %s", example)
                                    .isCloseTo(first / (1 - rate), within(1e-9));
                        }
                    }
                    assertThat(gone / (double) examples)
                            .as("share left out at depth %s", depth)
                            .isCloseTo(rate, within(0.02));
                }
            }
        }
    }

    /// What went into a reversible block can be computed back from what came out: the formula, and no other,
    /// allows it.
    @Test
    void aReversibleBlockGoesBack() {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(parameters -> {
                    List<Branch> branches = SUBLAYERS.stream()
                            .map(sublayer -> new Branch(
                                    sublayer.name(), sublayer.build(parameters.in(sublayer.name()), Site.width(WIDTH))))
                            .toList();
                    Residual.Built built = Reversible.EXAMPLE.build(parameters, branches, LayerNorm.EXAMPLE, WIDTH);
                    return layer(built, Streams.ONE, 2);
                })) {
            Tensor x = Grids.random(1, 2, 5, 2 * WIDTH);
            double[][][] y = Grids.of(bench.built().forward(x, Context.inference()));
            Numbers numbers = bench.numbers();
            for (double[][] sequence : y) {
                double[][] first = ResidualFormulas.half(sequence, 0);
                double[][] second = ResidualFormulas.half(sequence, 1);
                Scene scene = Scene.plain(5);
                second = ResidualFormulas.sum(
                        second,
                        ResidualFormulas.scaled(branch(1).apply(normed(1, first, numbers), numbers, scene), -1));
                first = ResidualFormulas.sum(
                        first,
                        ResidualFormulas.scaled(branch(0).apply(normed(0, second, numbers), numbers, scene), -1));
                double[][] back = ResidualFormulas.beside(first, second);
                System.arraycopy(back, 0, sequence, 0, back.length);
            }
            Grids.assertEqual("what went in", x, y, 1e-11);
        }
    }

    private static ResidualFormulas.Branch branch(int i) {
        return new ResidualFormulas.Branch(SUBLAYERS.get(i).name(), SublayerFormulas.of(SUBLAYERS.get(i)));
    }

    private static double[][] normed(int i, double[][] x, Numbers numbers) {
        return branch(i).norm(LayerNorm.EXAMPLE, x, numbers);
    }

    @Test
    void refuseWhatCannotBe() {
        assertThatThrownBy(() -> new Reversible(Streams.ONE, 0))
                .hasMessage("reversible blocks have two streams; streams must be averaged or concatenated, not one");
        assertThatThrownBy(() -> new StochasticDepth(0, StochasticDepth.Growth.LINEAR, PreNorm.EXAMPLE))
                .hasMessage("rate 0.0 is outside (0, 1); leave StochasticDepth out for none");
        assertThatThrownBy(() -> new LayerScale(0, PreNorm.EXAMPLE))
                .hasMessage("initial 0.0 is outside (0, 1]; the usual one is 0.1 to 1e-6");
        assertThatThrownBy(() -> new ScaledSum(0, 1, 0))
                .hasMessage("the weights of stream and branch are 0.0 and 1.0, but must be above 0");
        assertThatThrownBy(() -> new BlockNorm(ParallelNorm.EXAMPLE))
                .hasMessage("the block already has a norm of its own; give each branch its own norm");
        assertThatThrownBy(() -> new ParallelNorm(ParallelNorm.Norms.OWN, 1))
                .hasMessage("dropout 1.0 is outside [0, 1)");
        Block odd = new Block(SUBLAYERS.subList(0, 1), LayerNorm.EXAMPLE, Reversible.EXAMPLE);
        assertThatThrownBy(() -> odd.build(Parameters.root().in("0"), Site.width(WIDTH)))
                .hasMessage("0: a reversible block needs an even number of branches, which take turns; it has 1");
        Block two = new Block(SUBLAYERS, LayerNorm.EXAMPLE, Reversible.EXAMPLE);
        Block one = new Block(SUBLAYERS, LayerNorm.EXAMPLE, PreNorm.EXAMPLE);
        assertThatThrownBy(() -> new Stack(List.of(new Segment(1, one), new Segment(1, two)), new NoNorm()))
                .hasMessage(
                        "blocks of one stream and of two cannot stand in one stack; give all its blocks a residual of"
                                + " the same streams");
    }
}
