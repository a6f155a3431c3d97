package io.attend.architecture;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;

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
import io.attend.layer.Place;
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
                                (x, numbers, scene) -> ResidualFormulas.of(example.value())
                                        .apply(
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

    private static Layer layer(Residual residual, Norm norm, io.attend.layer.Parameters parameters) {
        List<Branch> branches = SUBLAYERS.stream()
                .map(sublayer ->
                        new Branch(sublayer.name(), sublayer.build(parameters.in(sublayer.name()), Site.width(WIDTH))))
                .toList();
        return layer(residual.build(parameters, branches, norm, WIDTH), branches.size());
    }

    private static Layer layer(Residual.Built block, int branches) {
        List<Place> places =
                Stream.generate(() -> new Place("branch")).limit(branches).toList();
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return block.forward(x, places, context);
            }

            @Override
            public Cost cost(Load load) {
                return block.cost(load);
            }
        };
    }

    /// Dropout falls on the branch, never on the stream, and only in training: where the branch is the number 1,
    /// the sum is x, or x + 1 / (1 - rate).
    @Test
    void dropsTheBranchOnly() {
        double rate = 0.25;
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(3)) {
            for (Residual residual : List.of(new PreNorm(rate), new PostNorm(rate))) {
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
                try (Bench<Layer> bench = Bench.of(parameters ->
                        layer(residual.build(parameters, List.of(new Branch("one", ones)), new NoNorm(), WIDTH), 1))) {
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
}
