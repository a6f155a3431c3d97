package io.attend.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorTest {
    private final Lifetime lifetime = Lifetime.open();

    @AfterEach
    void close() {
        lifetime.close();
    }

    @Test
    void multipliesAsTheDefinitionSays() {
        Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor b = Tensor.of(new float[] {1, 0, 2, 0, 1, 3}, 3, 2);
        assertThat(a.matmul(b).toFloats()).containsExactly(1 + 4 + 3, 9, 4 + 10 + 6, 18);
        assertThat(a.transpose(0, 1).toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void aWrongShapeIsOneLineNamingTheOperationAndBothShapes() {
        Tensor a = Tensor.zeros(Shape.of(2, 3), DType.FLOAT32);
        Tensor b = Tensor.zeros(Shape.of(5, 7), DType.FLOAT32);
        assertThatThrownBy(() -> a.matmul(b))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("matmul([2, 3] float32, [5, 7] float32)")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aTensorOutsideAnyLifetimeIsRefused() throws InterruptedException {
        Throwable[] seen = new Throwable[1];
        Thread.ofPlatform()
                .start(() -> {
                    try {
                        Tensor.zeros(Shape.of(2), DType.FLOAT32);
                    } catch (RuntimeException e) {
                        seen[0] = e;
                    }
                })
                .join();
        assertThat(seen[0]).isInstanceOf(IllegalStateException.class).hasMessageContaining("no Lifetime is open");
    }

    @Test
    void aTensorUsedAfterItsLifetimeSaysSo() {
        Tensor gone;
        Tensor kept;
        Tensor retained;
        try (Lifetime inner = Lifetime.open()) {
            gone = Tensor.ones(Shape.of(3), DType.FLOAT32);
            kept = inner.keep(Tensor.ones(Shape.of(3), DType.FLOAT32));
            retained = Tensor.ones(Shape.of(3), DType.FLOAT32).retain();
        }
        assertThatThrownBy(() -> kept.add(gone)).hasMessageContaining("used after its Lifetime closed");
        assertThatThrownBy(gone::item).hasMessageContaining("used after its Lifetime closed");
        assertThatThrownBy(gone::toFloats).hasMessageContaining("used after its Lifetime closed");
        assertThat(kept.add(retained).toFloats()).containsExactly(2, 2, 2);
        retained.close();
        assertThatThrownBy(() -> kept.add(retained)).hasMessageContaining("used after its Lifetime closed");
    }

    @Test
    void lifetimesCloseInReverseOrderOnly() {
        Lifetime outer = Lifetime.open();
        Lifetime inner = Lifetime.open();
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
        inner.close();
        outer.close();
    }

    @Test
    void readsAMappedSegmentWithoutACopyAndHoldsItWhileTensorsLive() {
        int before = Borrowed.held();
        MemorySegment data = Arena.ofAuto().allocate(4 * 6, 8);
        for (int i = 0; i < 6; i++) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
        }
        try (Lifetime _ = Lifetime.open()) {
            Tensor tensor = Tensor.over(data, DType.FLOAT32, Shape.of(2, 3));
            assertThat(tensor.memory().address()).isEqualTo(data.address());
            Tensor view = tensor.narrow(0, 1, 1).retain();
            assertThat(view.toFloats()).containsExactly(3, 4, 5);
            assertThat(Borrowed.held()).isEqualTo(before + 1);
            tensor.pointer().close();
            assertThat(Borrowed.held()).isEqualTo(before + 1);
            view.close();
        }
        assertThat(Borrowed.held()).isEqualTo(before);
        assertThatThrownBy(() -> Tensor.over(data, DType.FLOAT32, Shape.of(7)))
                .hasMessage("[7] float32 needs 28 bytes, but the data has 24");
    }

    @Test
    void differentiates() {
        Tensor x = Tensor.of(new float[] {2, 3}, 2).requiresGrad(true);
        x.square().sum().backward();
        assertThat(x.grad().orElseThrow().toFloats()).containsExactly(4, 6);
        x.clearGrad();
        assertThat(x.grad()).isEmpty();
        try (NoGradient _ = NoGradient.open()) {
            assertThat(x.square().requiresGrad()).isFalse();
        }
        assertThat(x.square().requiresGrad()).isTrue();
    }

    @Test
    void theSameSeedGivesTheSameNumbersAndAStateComesBack() {
        try (Random one = Random.seeded(7);
                Random two = Random.seeded(7)) {
            float[] first = one.normal(Shape.of(5), 0, 1).toFloats();
            assertThat(two.normal(Shape.of(5), 0, 1).toFloats()).containsExactly(first);
            Tensor state = one.state();
            float[] next = one.uniform(Shape.of(5), -1, 1).toFloats();
            one.restore(state);
            assertThat(one.uniform(Shape.of(5), -1, 1).toFloats()).containsExactly(next);
            assertThatThrownBy(() -> one.restore(Tensor.zeros(Shape.of(3), DType.UINT8)))
                    .isInstanceOf(TensorException.class);
        }
    }

    @Test
    void dropoutKeepsTheExpectationAndItsRate() {
        try (Random random = Random.seeded(11)) {
            float[] kept = random.dropout(Tensor.ones(Shape.of(100_003), DType.FLOAT32), 0.3)
                    .toFloats();
            double mean = 0;
            int zeros = 0;
            for (float value : kept) {
                mean += value / kept.length;
                zeros += value == 0 ? 1 : 0;
            }
            assertThat(mean).isCloseTo(1, within(0.02));
            assertThat(zeros / (double) kept.length).isCloseTo(0.3, within(0.01));
        }
    }

    @Test
    void badIndicesAreErrorsNotCrashes() {
        Tensor table = Tensor.zeros(Shape.of(5, 3), DType.FLOAT32);
        assertThatThrownBy(() -> table.embedding(Tensor.of(new long[] {5}))).isInstanceOf(TensorException.class);
        assertThatThrownBy(() -> table.embedding(Tensor.of(new long[] {-1}))).isInstanceOf(TensorException.class);
        assertThatThrownBy(() -> table.indexSelect(0, Tensor.of(new long[] {7})))
                .isInstanceOf(TensorException.class);
        assertThatThrownBy(() -> table.gather(0, Tensor.of(new long[] {7}, 1, 1)))
                .isInstanceOf(TensorException.class);
        assertThatThrownBy(() -> Tensor.zeros(Shape.of(4, 5), DType.FLOAT32)
                        .crossEntropy(Tensor.of(new long[] {0, 1, 2, 5}), -100, 0))
                .isInstanceOf(TensorException.class);
        assertThatThrownBy(() -> Tensor.empty(Shape.of(1L << 40, 1L << 10), DType.FLOAT32))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("out of memory");
        assertThatThrownBy(() -> table.size(2)).hasMessageContaining("no axis 2");
        assertThatThrownBy(table::item).hasMessageContaining("exactly one number");
    }

    @Test
    void wholeNumbersStayWhole() {
        assertThat(Tensor.of(new long[] {1, 2}).add(1).dtype()).isEqualTo(DType.INT64);
        assertThat(Tensor.of(new long[] {1, 2}).mul(0.5).dtype()).isEqualTo(DType.FLOAT32);
    }
}
