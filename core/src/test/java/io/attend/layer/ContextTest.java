package io.attend.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.Context.Visible;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask.Reach;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContextTest {
    private final Lifetime lifetime = Lifetime.open();

    @AfterEach
    void close() {
        lifetime.close();
    }

    /// Many layers of one pass share one mask, by value: equal masks are one tensor.
    @Test
    void makesAMaskOnceInAPass() {
        Context context = Context.inference().padded(Optional.of(Grids.keep(7, 7, 3)));
        Tensor first = context.at(new Place("one"))
                .visible(new Causal(), 7, 7)
                .allowed()
                .orElseThrow();
        Tensor second = context.at(new Place("two"))
                .visible(new Causal(), 7, 7)
                .allowed()
                .orElseThrow();
        Tensor other = context.visible(new Bidirectional(), 7, 7).allowed().orElseThrow();
        Tensor chunk = context.visible(new Causal(), 3, 7).allowed().orElseThrow();
        assertThat(second).isSameAs(first);
        assertThat(other).isNotSameAs(first);
        assertThat(chunk).isNotSameAs(first);
    }

    /// It is made inside a block's lifetime and used in the next block's.
    @Test
    void aMaskOutlivesTheBlockThatAskedFirst() {
        Context context = Context.inference().padded(Optional.of(Grids.keep(7, 7, 3)));
        Tensor mask;
        try (Lifetime _ = Lifetime.open()) {
            mask = context.visible(new Causal(), 7, 7).allowed().orElseThrow();
        }
        assertThat(mask.toLongs()).hasSize(2 * 7 * 7);
    }

    /// What is padding in one sequence is not in another: source and target of one pass share nothing.
    @Test
    void otherPaddingIsAnotherMask() {
        Context context = Context.inference().padded(Optional.of(Grids.keep(7, 7, 3)));
        Tensor before = context.visible(new Bidirectional(), 7, 7).allowed().orElseThrow();
        Tensor after = context.padded(Optional.of(Grids.keep(7, 2, 7)))
                .visible(new Bidirectional(), 7, 7)
                .allowed()
                .orElseThrow();
        assertThat(before.toLongs()).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0);
        assertThat(after.toLongs()).containsExactly(1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1);
        Tensor values = Grids.random(1, 2, 3, 5);
        Context one = context.attending(new Memory(values, Optional.of(Grids.keep(3, 1, 3))));
        Context two = one.attending(new Memory(values, Optional.of(Grids.keep(3, 3, 2))));
        assertThat(one.visibleMemory().allowed().orElseThrow().toLongs()).containsExactly(1, 0, 0, 1, 1, 1);
        assertThat(two.visibleMemory().allowed().orElseThrow().toLongs()).containsExactly(1, 1, 1, 1, 1, 0);
    }

    @Test
    void leavesTheMaskAwayWhereItMay() {
        Visible whole = Context.inference().visible(new Causal(), 7, 7);
        assertThat(whole.reach()).isEqualTo(Reach.TRIANGLE);
        assertThat(whole.allowed()).isEmpty();
        Visible step = Context.inference().visible(new Causal(), 1, 7);
        assertThat(step.reach()).isEqualTo(Reach.ALL);
        Visible chunk = Context.inference().visible(new Causal(), 2, 3);
        assertThat(chunk.reach()).isEqualTo(Reach.SOME);
        assertThat(chunk.allowed().orElseThrow().toLongs()).containsExactly(1, 1, 0, 1, 1, 1);
    }

    @Test
    void countsPositionsFromWhatIsCached() {
        Context context = Context.inference().remembering(Map.of(), 11);
        assertThat(context.positions(3).toLongs()).containsExactly(11, 12, 13);
        assertThat(context.positions(2).toLongs()).containsExactly(11, 12);
    }

    @Test
    void saysWhatIsMissing() {
        Context context = Context.inference().at(new Place("decoder.0.cross"));
        assertThatThrownBy(context::memory)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("decoder.0.cross: there is no memory to attend to");
        Context padded = Context.inference().padded(Optional.of(Grids.keep(5, 5, 2)));
        assertThatThrownBy(() -> padded.visible(new Causal(), 7, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the padding mask covers 5 positions, but attention has 7 keys");
    }
}
