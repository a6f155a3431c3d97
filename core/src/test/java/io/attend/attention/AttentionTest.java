package io.attend.attention;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.ArchitectureException;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.mask.And;
import io.attend.mask.BlockLocal;
import io.attend.mask.Causal;
import io.attend.mask.Document;
import io.attend.mask.Mask;
import io.attend.mask.Not;
import io.attend.mask.Or;
import io.attend.mask.Prefix;
import io.attend.mask.SlidingWindow;
import io.attend.mask.Strided;
import io.attend.norm.NoNorm;
import io.attend.position.Alibi;
import io.attend.position.Rotary;
import io.attend.score.Score;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AttentionTest {
    private static final double EXACT = 1e-11;

    /// Waves are computed in float32.
    private static final double WAVES = 1e-6;

    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Attention.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().self(parameters, Site.width(WIDTH)),
                                AttentionFormulas.self(example.value()))
                        .causal(example.value().causal())
                        .within(turns(example.value()) ? WAVES : EXACT)
                        .tests());
    }

    private static boolean turns(Attention attention) {
        return attention instanceof Retention retention && retention.position() instanceof Rotary
                || attention instanceof LatentAttention latent && latent.position() instanceof Rotary;
    }

    @TestFactory
    Stream<DynamicTest> contractOfEveryScore() {
        return Examples.of(Score.class).flatMap(example -> {
            SoftmaxAttention attention = SoftmaxAttention.GROUPED.score(example.value());
            return LayerContract.of(
                            example.name() + " in attention",
                            parameters -> attention.self(parameters, Site.width(WIDTH)),
                            AttentionFormulas.self(attention))
                    .tests();
        });
    }

    @TestFactory
    Stream<DynamicTest> contractOfCombinedMasks() {
        return Stream.of(
                        new And(new Causal(), new Or(new SlidingWindow(2), new Strided(3))),
                        new And(new Not(new BlockLocal(2)), new Causal()))
                .flatMap(mask -> {
                    SoftmaxAttention attention = SoftmaxAttention.GROUPED.masked(mask);
                    return LayerContract.of(
                                    mask.toString(),
                                    parameters -> attention.self(parameters, Site.width(WIDTH)),
                                    AttentionFormulas.self(attention))
                            .causal(mask.causal())
                            .tests();
                });
    }

    /// Causal behind a prefix, in several texts of one row, behind padding, all at once: each text is what it
    /// is alone.
    @Test
    void textsOfOneRowAreWhatTheyAreAlone() {
        Mask alone = new Or(new Causal(), new Prefix(2));
        SoftmaxAttention together = SoftmaxAttention.GROUPED.masked(new And(alone, new Document()));
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(parameters -> together.self(parameters, Site.width(WIDTH)));
                Bench<Layer> single = Bench.of(
                        parameters -> SoftmaxAttention.GROUPED.masked(alone).self(parameters, Site.width(WIDTH)))) {
            Tensor x = Grids.random(3, 2, 11, WIDTH);
            int[][] ends = {{4, 7, 11}, {5, 11}}; // of texts; the second row begins with 3 places of padding
            int[] padding = {0, 3};
            long[] segments = new long[22];
            long[] positions = new long[22];
            boolean[] keep = new boolean[22];
            for (int b = 0; b < 2; b++) {
                int start = padding[b];
                for (int text = 0; text < ends[b].length; text++) {
                    for (int t = start; t < ends[b][text]; t++) {
                        segments[b * 11 + t] = text;
                        positions[b * 11 + t] = (long) t - start;
                        keep[b * 11 + t] = true;
                    }
                    start = ends[b][text];
                }
            }
            Tensor y = bench.built()
                    .forward(
                            x,
                            Context.inference()
                                    .padded(Optional.of(Tensor.of(keep, 2, 11)))
                                    .positioned(Optional.of(Tensor.of(positions, 2, 11)))
                                    .segmented(Optional.of(Tensor.of(segments, 2, 11))));
            for (int b = 0; b < 2; b++) {
                int start = padding[b];
                for (int end : ends[b]) {
                    Tensor text = x.narrow(0, b, 1).narrow(1, start, end - start);
                    Tensor expected = single.built().forward(text, Context.inference());
                    assertThat(Grids.difference(y.narrow(0, b, 1).narrow(1, start, end - start), expected))
                            .as("row %s, from %s to %s", b, start, end)
                            .isLessThan(1e-12);
                    start = end;
                }
            }
        }
    }

    /// Without positions an order of the input is an order of the output.
    @Test
    void withoutPositionsOrderDoesNotMatter() {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench =
                        Bench.of(parameters -> SoftmaxAttention.EXAMPLE.self(parameters, Site.width(WIDTH)));
                Bench<Layer> turned = Bench.of(parameters ->
                        SoftmaxAttention.EXAMPLE.position(Alibi.EXAMPLE).self(parameters, Site.width(WIDTH)))) {
            Tensor x = Grids.random(3, 2, 7, WIDTH);
            Tensor order = Tensor.of(new long[] {4, 0, 6, 2, 1, 5, 3}, 7);
            for (Bench<Layer> layer : List.of(bench, turned)) {
                Tensor before = layer.built().forward(x.indexSelect(1, order), Context.inference());
                Tensor after = layer.built().forward(x, Context.inference()).indexSelect(1, order);
                double difference = Grids.difference(before, after);
                assertThat(difference < 1e-12).as("by %s", difference).isEqualTo(layer.equals(bench));
            }
        }
    }

    @Test
    void refusesHeadsThatDoNotFit() {
        assertThatThrownBy(() -> SoftmaxAttention.of(Heads.of(7))
                        .self(Parameters.root().in("decoder").in("attention"), Site.width(32)))
                .isInstanceOf(ArchitectureException.class)
                .hasMessage("decoder.attention: 7 heads cannot divide width 32 evenly; change one of them, or give the"
                        + " heads a size of their own");
        assertThatThrownBy(() -> Heads.of(32).sharing(7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("32 query heads cannot share 7 key-value heads; 7 must divide 32");
    }

    @Test
    void refusesGroupsThatDoNotFit() {
        assertThatThrownBy(() -> SoftmaxAttention.of(Heads.of(4))
                        .groups(ProjectionGroups.inputs(3))
                        .self(Parameters.root().in("attention"), Site.width(32)))
                .isInstanceOf(ArchitectureException.class)
                .hasMessage(
                        "attention.query: 3 groups cannot divide a product of 32 inputs and 32 outputs evenly; change"
                                + " the groups or the sizes");
        assertThatThrownBy(() -> ProjectionGroups.inputs(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a projection needs at least 1 group, not 0");
    }

    @Test
    void refusesASpanOfNoNorm() {
        assertThatThrownBy(() -> new QueryKeyNorm(new NoNorm(), QueryKeyNorm.Across.JOINT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "heads joint says how a norm spans heads, but there is no norm; leave it out or give a norm");
    }

    @Test
    void refusesWhatNoVariantCanBe() {
        assertThatThrownBy(() -> new MixedAttention(Heads.of(2), 4, MixedAttention.Padding.HIDDEN, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kernel must be odd, so that it has a middle, not 4");
        assertThatThrownBy(() -> new MixedAttention(Heads.of(3), 3, MixedAttention.Padding.HIDDEN, 0)
                        .self(Parameters.root().in("attention"), Site.width(32)))
                .isInstanceOf(ArchitectureException.class)
                .hasMessage("attention: 3 heads cannot divide half of width 32 evenly; change one of them, or give the"
                        + " heads a size of their own");
        assertThatThrownBy(() -> RelativeTable.upTo(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the largest distance must be at least 1, not 0");
        assertThatThrownBy(() -> RelativeTable.upTo(8).buckets(16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("buckets must be from 2 to below twice the largest distance 8, not 16");
        assertThatThrownBy(() -> new DisentangledAttention(
                        Heads.of(6).sharing(3),
                        RelativeTable.upTo(5),
                        DisentangledAttention.Terms.BOTH,
                        DisentangledAttention.Projections.OWN,
                        ProjectionBias.ADDED,
                        0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("disentangled attention has as many key-value heads as query heads: 6, not 3");
        assertThatThrownBy(() -> new DenseSynthesis(0)).hasMessage("maximum must be at least 1, not 0");
        assertThatThrownBy(() -> new FactorizedDenseSynthesis(7, 11))
                .hasMessage("columns must be from 1 to the maximum 7, not 11");
        assertThatThrownBy(() -> new FactorizedRandomSynthesis(7, 0))
                .hasMessage("rank must be from 1 to the maximum 7, not 0");
    }
}
