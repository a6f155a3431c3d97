package io.attend.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandoverTest {
    private static Handover<Tensor> made(List<Tensor> all) throws InterruptedException {
        List<Handover<Tensor>> handed = new ArrayList<>();
        Thread maker = Thread.ofPlatform()
                .start(() -> handed.add(Handover.of(() -> {
                    Tensor one = Tensor.of(new float[] {2, 3, 5}, 3);
                    all.add(one);
                    try (Lifetime inner = Lifetime.open()) {
                        all.add(one.mul(7)); // gone with the inner lifetime
                        all.add(inner.keep(one.add(1)));
                    }
                    return all.getLast();
                })));
        maker.join();
        return handed.getFirst();
    }

    @Test
    void whatAThreadMadeLivesInTheLifetimeOfTheOneThatTakesIt() throws InterruptedException {
        List<Tensor> all = new ArrayList<>();
        Handover<Tensor> handed = made(all);
        assertThat(all).extracting(Tensor::isClosed).containsExactly(false, true, false);
        assertThatThrownBy(handed::take).hasMessageStartingWith("no Lifetime is open on this thread");
        try (Lifetime _ = Lifetime.open()) {
            assertThat(handed.take().toFloats()).containsExactly(3, 4, 6);
            assertThatThrownBy(handed::take).hasMessage("what was handed over has been taken or closed before");
            handed.close();
            assertThat(all.getLast().toFloats())
                    .as("closing what was taken does nothing")
                    .containsExactly(3, 4, 6);
        }
        assertThat(all).extracting(Tensor::isClosed).containsExactly(true, true, true);
    }

    @Test
    void whatNobodyTakesIsFreed() throws InterruptedException {
        List<Tensor> all = new ArrayList<>();
        made(all).close();
        assertThat(all).extracting(Tensor::isClosed).containsExactly(true, true, true);
    }

    @Test
    void whatFailsLeavesNothing() {
        List<Tensor> all = new ArrayList<>();
        assertThatThrownBy(() -> Handover.of(() -> {
                    all.add(Tensor.of(new float[] {2}, 1));
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(all).extracting(Tensor::isClosed).containsExactly(true);
    }
}
