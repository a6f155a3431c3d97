package io.attend.attention;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.ArchitectureException;
import io.attend.layer.LayerContract;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.norm.NoNorm;
import io.attend.score.Score;
import io.attend.value.Examples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AttentionTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Attention.class)
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> example.value().self(parameters, Site.width(WIDTH)),
                                AttentionFormulas.self(example.value()))
                        .causal(example.value().causal())
                        .tests());
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
