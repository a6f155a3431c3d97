package io.attend.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyValueStateTest {
    private static final int BATCH = 3;
    private static final int HEADS = 2;
    private static final int SIZE = 5;

    private final Lifetime lifetime = Lifetime.open();
    private final KeyValueState state = new KeyValueState();

    @AfterEach
    void close() {
        state.close();
        lifetime.close();
    }

    /// Keys of positions `from` to `to`, each number telling row, head, position and place.
    private static Tensor keys(int from, int to) {
        float[] values = new float[BATCH * HEADS * (to - from) * SIZE];
        int i = 0;
        for (int b = 0; b < BATCH; b++) {
            for (int h = 0; h < HEADS; h++) {
                for (int t = from; t < to; t++) {
                    for (int d = 0; d < SIZE; d++) {
                        values[i++] = 100_000 * b + 10_000 * h + 10 * t + d;
                    }
                }
            }
        }
        return Tensor.of(values, BATCH, HEADS, to - from, SIZE);
    }

    @Test
    void remembersEverythingThroughEveryGrowth() {
        int[] chunks = {1, 30, 1, 1, 31, 64, 2, 200};
        int length = 0;
        for (int chunk : chunks) {
            try (Lifetime _ = Lifetime.open()) {
                state.append(
                        keys(length, length + chunk),
                        keys(length, length + chunk).neg());
            }
            length += chunk;
            assertThat(state.length()).isEqualTo(length);
            assertThat(state.keys().shape()).isEqualTo(Shape.of(BATCH, HEADS, length, SIZE));
            assertThat(state.keys().toFloats()).containsExactly(keys(0, length).toFloats());
            assertThat(state.values().toFloats())
                    .containsExactly(keys(0, length).neg().toFloats());
        }
    }

    @Test
    void countsTheBytesOfWhatItRemembersWithoutSpareRoom() {
        assertThat(state.bytes()).isZero();
        state.append(keys(0, 7).to(DType.BFLOAT16), keys(0, 7).to(DType.BFLOAT16));
        assertThat(state.bytes()).isEqualTo(2L * BATCH * HEADS * 7 * SIZE * 2);
        state.append(keys(7, 47).to(DType.BFLOAT16), keys(7, 47).to(DType.BFLOAT16));
        assertThat(state.bytes()).isEqualTo(2L * BATCH * HEADS * 47 * SIZE * 2);
        state.close();
        assertThat(state.bytes()).isZero();
        assertThat(state.length()).isZero();
    }

    @Test
    void selectsRowsAndGoesOn() {
        state.append(keys(0, 3), keys(0, 3));
        Tensor rows = Tensor.of(new long[] {2, 2, 0});
        state.select(rows);
        state.append(keys(3, 40).indexSelect(0, rows), keys(3, 40).indexSelect(0, rows));
        assertThat(state.keys().toFloats())
                .containsExactly(keys(0, 40).indexSelect(0, rows).toFloats());
    }

    @Test
    void aRowThatIsNotThereChangesNothing() {
        state.append(keys(0, 3), keys(0, 3).neg());
        assertThatThrownBy(() -> state.select(Tensor.of(new long[] {3}))).isInstanceOf(TensorException.class);
        assertThat(state.keys().toFloats()).containsExactly(keys(0, 3).toFloats());
        assertThat(state.values().toFloats()).containsExactly(keys(0, 3).neg().toFloats());
    }

    /// One row would otherwise be copied into all, and every text go on with the words of one.
    @Test
    void refusesKeysOfAnotherBatch() {
        state.append(keys(0, 3), keys(0, 3));
        Tensor one = keys(3, 4).narrow(0, 0, 1);
        assertThatThrownBy(() -> state.append(one, one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the state remembers [3, 2, 3, 5] keys, and [1, 2, 1, 5] cannot follow them: only the third size"
                                + " may differ");
        assertThat(state.length()).isEqualTo(3);
        assertThat(state.keys().toFloats()).containsExactly(keys(0, 3).toFloats());
    }

    @Test
    void keepsTheElementTypeOfTheFirstKeys() {
        state.append(keys(0, 1).to(DType.FLOAT64), keys(0, 1).to(DType.FLOAT64));
        state.append(keys(1, 40), keys(1, 40));
        assertThat(state.keys().dtype()).isEqualTo(DType.FLOAT64);
    }
}
