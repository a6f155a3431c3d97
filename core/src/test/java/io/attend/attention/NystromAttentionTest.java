package io.attend.attention;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Site;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NystromAttentionTest {
    private static final int LENGTH = 31;

    private static Tensor of(Attention attention, Tensor x, Context context) {
        try (Bench<Layer> bench = Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)))) {
            return bench.built().forward(x, context);
        }
    }

    /// The mean distance from exact attention with the same weights.
    private static double error(int landmarks) {
        Tensor x = Grids.random(5, 3, LENGTH, WIDTH).mul(0.3);
        Tensor exact = of(SoftmaxAttention.of(Heads.of(2)), x, Context.inference());
        Tensor near = of(NystromAttention.of(Heads.of(2), landmarks).iterations(20), x, Context.inference());
        return near.sub(exact).abs().mean().item();
    }

    @Test
    void moreLandmarksAreNearerToExactAttention() {
        try (Lifetime _ = Lifetime.open()) {
            double few = error(2);
            double some = error(7);
            double many = error(19);
            assertThat(some).isLessThan(few);
            assertThat(many).isLessThan(some);
            assertThat(error(LENGTH)).isLessThan(1e-13);
            assertThat(error(LENGTH + 6)).isLessThan(1e-13);
        }
    }

    @Test
    void aTextShorterThanItsLandmarksIsExactBesideALongOne() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor x = Grids.random(7, 3, LENGTH, WIDTH);
            Context padded = Context.inference().padded(Optional.of(Grids.keep(LENGTH, LENGTH, 7, 0)));
            Tensor exact = of(SoftmaxAttention.of(Heads.of(2)), x, padded);
            Tensor near = of(NystromAttention.of(Heads.of(2), 11), x, padded);
            assertThat(Grids.difference(
                            near.select(0, 1).narrow(0, 0, 7),
                            exact.select(0, 1).narrow(0, 0, 7)))
                    .isLessThan(1e-13);
        }
    }

    @Test
    void oneScaleForTheBatchConvergesToTheSame() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor x = Grids.random(11, 3, LENGTH, WIDTH);
            NystromAttention each = NystromAttention.of(Heads.of(2), 3);
            Tensor one = of(each.start(NystromAttention.Start.BATCH).iterations(60), x, Context.inference());
            Tensor other = of(each.iterations(60), x, Context.inference());
            assertThat(Grids.difference(one, other)).isLessThan(1e-8);
        }
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> NystromAttention.of(Heads.of(2), 0)).hasMessage("landmarks must be at least 1, not 0");
        assertThatThrownBy(() -> NystromAttention.of(Heads.of(2), 3).kernel(4))
                .hasMessage("kernel must be odd, so that it has a middle, not 4");
        assertThatThrownBy(() -> NystromAttention.of(Heads.of(2), 3).iterations(0))
                .hasMessage("iterations must be from 1 to 100, not 0");
        assertThatThrownBy(() -> NystromAttention.of(Heads.of(4).sharing(2), 3))
                .hasMessage("Nyström attention has as many key-value heads as query heads: 4, not 2");
    }
}
