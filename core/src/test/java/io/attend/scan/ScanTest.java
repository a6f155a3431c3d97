package io.attend.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScanTest {
    /// h_t = a_t h_{t−1} + b_t, one number at a time.
    private static double[] loop(double[] a, double[] b, double[] start, int length, int numbers) {
        double[] h = start.clone();
        double[] all = new double[length * numbers];
        for (int t = 0; t < length; t++) {
            for (int i = 0; i < numbers; i++) {
                h[i] = a[t * numbers + i] * h[i] + b[t * numbers + i];
                all[t * numbers + i] = h[i];
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 13, 31, 64, 97})
    void isTheLoop(int length) {
        int numbers = 3;
        try (Lifetime _ = Lifetime.open()) {
            Tensor a = Grids.random(1, length, numbers);
            Tensor b = Grids.random(2, length, numbers);
            Tensor start = Grids.random(3, 1, numbers);
            assertThat(Scan.of(a, b, 0, Optional.empty()).toDoubles())
                    .containsExactly(
                            loop(a.toDoubles(), b.toDoubles(), new double[numbers], length, numbers), within(1e-13));
            double[] begun = loop(a.toDoubles(), b.toDoubles(), start.toDoubles(), length, numbers);
            assertThat(Scan.of(a, b, 0, Optional.of(start)).toDoubles()).containsExactly(begun, within(1e-13));
            Tensor turned = Scan.of(a.transpose(0, 1), b.transpose(0, 1), 1, Optional.of(start.transpose(0, 1)));
            assertThat(turned.transpose(0, 1).contiguous().toDoubles()).containsExactly(begun, within(1e-13));
        }
    }

    @Test
    void hasTheGradientOfTheLoop() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor a = Grids.random(1, 7, 2);
            Tensor b = Grids.random(2, 7, 2);
            Tensor start = Grids.random(3, 1, 2);
            FiniteDifferences.check("scan", () -> Scan.of(a, b, 0, Optional.of(start)), List.of(a, b, start));
        }
    }

    /// S_t = e^{d_t} S_{t−1} + k_t v_tᵀ, y_t = S_tᵀ q_t, with chunks that fit and that do not.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 7, 12, 13, 14, 64})
    void chunksAreTheLoop(int chunk) {
        int length = 13;
        int keys = 3;
        int values = 2;
        try (Lifetime _ = Lifetime.open()) {
            Tensor q = Grids.random(1, 1, 1, length, keys);
            Tensor k = Grids.random(2, 1, 1, length, keys);
            Tensor v = Grids.random(3, 1, 1, length, values);
            Tensor decays = Grids.random(4, 1, 1, length).sub(1).mul(10); // from nearly none to nearly all
            Tensor start = Grids.random(5, 1, 1, keys, values);
            for (boolean decaying : new boolean[] {false, true}) {
                for (boolean begun : new boolean[] {false, true}) {
                    double[][] state = new double[keys][values];
                    for (int i = 0; i < keys * values && begun; i++) {
                        state[i / values][i % values] = start.toDoubles()[i];
                    }
                    double[] expected = new double[length * values];
                    for (int t = 0; t < length; t++) {
                        for (int i = 0; i < keys; i++) {
                            for (int j = 0; j < values; j++) {
                                state[i][j] *= decaying ? Math.exp(decays.toDoubles()[t]) : 1;
                                state[i][j] += k.toDoubles()[t * keys + i] * v.toDoubles()[t * values + j];
                                expected[t * values + j] += state[i][j] * q.toDoubles()[t * keys + i];
                            }
                        }
                    }
                    ChunkedScan.Result result = new ChunkedScan(chunk)
                            .of(
                                    q,
                                    k,
                                    v,
                                    decaying ? Optional.of(decays) : Optional.empty(),
                                    begun ? Optional.of(start) : Optional.empty());
                    assertThat(result.outputs().toDoubles()).containsExactly(expected, within(1e-13));
                    assertThat(result.last().shape()).isEqualTo(Shape.of(1, 1, keys, values));
                    double[] last = new double[keys * values];
                    for (int i = 0; i < last.length; i++) {
                        last[i] = state[i / values][i % values];
                    }
                    assertThat(result.last().contiguous().toDoubles()).containsExactly(last, within(1e-13));
                }
            }
        }
    }

    /// A decay of e^{−1000} a step would overflow any form that divides by it.
    @Test
    void whatIsForgottenAtOnceStaysFinite() {
        try (Lifetime _ = Lifetime.open()) {
            List<Tensor> leaves = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                leaves.add(Grids.random(i, 1, 1, 11, 3).to(DType.FLOAT32).requiresGrad(true));
            }
            Tensor decays =
                    Tensor.full(Shape.of(1, 1, 11), -1000, DType.FLOAT32).requiresGrad(true);
            leaves.add(decays);
            Tensor y = new ChunkedScan(4)
                    .of(leaves.get(0), leaves.get(1), leaves.get(2), Optional.of(decays), Optional.empty())
                    .outputs();
            y.sum().backward();
            Grids.assertFinite("outputs", y);
            leaves.forEach(leaf -> Grids.assertFinite("gradient", leaf.grad().orElseThrow()));
        }
    }

    @Test
    void refusesChunksThatCannotBe() {
        assertThatThrownBy(() -> new ChunkedScan(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("chunk must be from 1 to 4096 positions, not 0; 64 is a good size");
    }
}
