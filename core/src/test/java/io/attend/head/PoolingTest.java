package io.attend.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What poolings owe beyond their formulas, which HeadTest holds them to.
class PoolingTest {
    /// But for the one that is meant to see it.
    static Stream<Example<Pooling>> poolings() {
        return Examples.of(Pooling.class).filter(example -> !(example.value() instanceof ColumnPooling));
    }

    private static Context context(Tensor ids, Optional<Tensor> keep) {
        return Context.inference().padded(keep).worded(Optional.of(ids));
    }

    /// What stands at padding behind a text, not even infinities, changes nothing.
    @ParameterizedTest
    @MethodSource("poolings")
    void doesNotSeePadding(Example<Pooling> example) {
        try (Lifetime _ = Lifetime.open()) {
            Tensor ids = Tensor.of(new long[] {2, 7, 2, 5, 5, 7, 7, 2, 11, 2}, 2, 5);
            Tensor x = Grids.random(3, 2, 5, 7);
            Tensor keep = Grids.keep(5, 3, 5);
            Tensor wild = x.maskedFill(keep.logicalNot().unsqueeze(-1), Double.POSITIVE_INFINITY);
            Tensor y = example.value().apply(wild, context(ids, Optional.of(keep)));
            Tensor alone = example.value()
                    .apply(
                            x.narrow(0, 0, 1).narrow(1, 0, 3),
                            context(ids.narrow(0, 0, 1).narrow(1, 0, 3), Optional.empty()));
            assertThat(Grids.difference(y.narrow(0, 0, 1), alone))
                    .as(example.name())
                    .isLessThan(1e-15);
        }
    }

    @Test
    void refusesATextWithoutTheWord() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor ids = Tensor.of(new long[] {2, 7, 7, 5}, 2, 2);
            Tensor x = Grids.random(3, 2, 2, 7);
            assertThatThrownBy(() -> TokenPooling.EXAMPLE.apply(x, context(ids, Optional.empty())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("pooling at the word 2: text 1 of the batch does not have it; end every text with it");
            assertThatThrownBy(() -> TokenPooling.EXAMPLE.apply(x, Context.inference()))
                    .hasMessage("pooling at the word 2 needs words, and the input has none");
        }
    }
}
