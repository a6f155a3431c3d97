package io.attend.attention;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Site;
import io.attend.mask.Causal;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ReformerAttentionTest {
    private static Tensor of(Attention attention, Tensor x) {
        try (Bench<Layer> bench = Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)))) {
            return bench.built().forward(x, Context.inference());
        }
    }

    private static LocalAttention local(int chunk, boolean causal, ChunkEdges edges) {
        return new LocalAttention(Heads.of(2), chunk, 1, 0, causal, OptionalInt.empty(), edges, 0);
    }

    @Test
    void oneChunkIsExactAttention() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor x = Grids.random(3, 2, 13, WIDTH);
            SoftmaxAttention exact = SoftmaxAttention.of(Heads.of(2)).bias(ProjectionBias.NONE);
            assertThat(Grids.difference(of(local(13, false, ChunkEdges.CUT), x), of(exact, x)))
                    .isLessThan(1e-13);
            assertThat(Grids.difference(of(local(13, true, ChunkEdges.WRAPPED), x), of(exact.masked(new Causal()), x)))
                    .isLessThan(1e-13);
        }
    }

    @Test
    void wrappedEdgesChangeOnlyTheEnds() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor x = Grids.random(5, 2, 15, WIDTH);
            Tensor cut = of(local(3, false, ChunkEdges.CUT), x);
            Tensor wrapped = of(local(3, false, ChunkEdges.WRAPPED), x);
            assertThat(Grids.difference(cut.narrow(1, 3, 12), wrapped.narrow(1, 3, 12)))
                    .isLessThan(1e-13);
            assertThat(Grids.difference(cut.narrow(1, 0, 3), wrapped.narrow(1, 0, 3)))
                    .isGreaterThan(1e-3);
        }
    }

    /// The mean distance from what chunks of the whole text, which see everything, give.
    private static double error(int hashes) {
        Tensor x = Grids.random(7, 2, 48, WIDTH);
        Tensor whole = of(LshAttention.of(Heads.of(2), 48), x);
        LshAttention near = LshAttention.of(Heads.of(2), 6).hashes(hashes, List.of(8));
        return of(near, x).sub(whole).abs().mean().item();
    }

    @Test
    void moreHashesAreNearerToAllPairs() {
        try (Lifetime _ = Lifetime.open()) {
            double one = error(1);
            double several = error(8);
            assertThat(several).isLessThan(one);
        }
    }

    @Test
    void bucketsFollowTheLength() {
        LshAttention attention = LshAttention.of(Heads.of(2), 4);
        assertThat(attention.factors(40)).containsExactly(16);
        assertThat(attention.factors(4096)).containsExactly(32, 64);
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> LshAttention.of(Heads.of(2), 0))
                .hasMessage("a chunk must hold at least 1 position, not 0");
        assertThatThrownBy(() -> LshAttention.of(Heads.of(2), 4).hashes(0, List.of()))
                .hasMessage("hashes must be from 1 to 1024, not 0");
        assertThatThrownBy(() -> LshAttention.of(Heads.of(2), 4).hashes(1, List.of(3)))
                .hasMessage("buckets must be even, since a rotation and its opposite make two, not 3");
        assertThatThrownBy(() -> new LocalAttention(Heads.of(2), 4, 1, 0, true, OptionalInt.of(6), ChunkEdges.CUT, 0))
                .hasMessage("texts must be padded to a multiple of their chunks of 4, not to 6");
        assertThatThrownBy(
                        () -> new LocalAttention(Heads.of(2), 4, -1, 0, true, OptionalInt.empty(), ChunkEdges.CUT, 0))
                .hasMessage("chunks before and after must be at least 0, not -1");
    }
}
