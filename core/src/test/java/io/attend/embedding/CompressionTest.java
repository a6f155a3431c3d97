package io.attend.embedding;

import static io.attend.layer.Grids.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Grids;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import org.junit.jupiter.api.Test;

class CompressionTest {
    /// Axes of lengths 3, 4 and 12: 9 + 16 + 144 = 169 squares, of which the longest is 144 and both longest
    /// 160.
    private static final double[] BOX = {3, 0, 0, 0, 0, 4, 0, 0, 0, 0, -12, 0};

    private static Tensor rebuilt(Compression compressed) {
        return compressed.words().matmul(compressed.widening().transpose(0, 1));
    }

    @Test
    void keepsTheLongestAxes() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor table = Tensor.of(BOX, 4, 3);
            Compression one = Compression.of(table, 1);
            assertThat(one.kept()).isCloseTo(144.0 / 169, within(1e-14));
            assertThat(difference(rebuilt(one), Tensor.of(new double[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -12, 0}, 4, 3)))
                    .isLessThan(1e-14);
            Compression two = Compression.of(table, 2);
            assertThat(two.kept()).isCloseTo(160.0 / 169, within(1e-14));
            assertThat(two.words().shape()).isEqualTo(Shape.of(4, 2));
            assertThat(two.widening().shape()).isEqualTo(Shape.of(3, 2));
            assertThat(difference(rebuilt(Compression.of(table, 3)), table)).isLessThan(1e-14);
        }
    }

    @Test
    void findsTheSizeThatKeepsEnough() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor table = Tensor.of(BOX, 4, 3);
            assertThat(Compression.keeping(table, 0.85).words().size(1)).isEqualTo(1);
            assertThat(Compression.keeping(table, 0.86).words().size(1)).isEqualTo(2);
            assertThat(Compression.keeping(table, 0.95).words().size(1)).isEqualTo(3);
        }
    }

    /// A table that is a product of two narrow ones comes back as it was.
    @Test
    void aTableOfLowRankLosesNothing() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor table = Grids.random(3, 31, 3).matmul(Grids.random(5, 3, 11));
            Compression compressed = Compression.keeping(table, 1 - 1e-12);
            assertThat(compressed.words().size(1)).isEqualTo(3);
            assertThat(compressed.kept()).isCloseTo(1, within(1e-12));
            assertThat(difference(rebuilt(compressed), table)).isLessThan(1e-12);
            assertThat(Compression.of(table.to(DType.BFLOAT16), 3).words().dtype())
                    .isEqualTo(DType.BFLOAT16);
        }
    }

    /// What is lost is what the error says: 1 − kept is the squared distance over the sum of squares.
    @Test
    void saysWhatItLoses() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor table = Grids.random(7, 31, 11);
            Compression compressed = Compression.of(table, 5);
            double lost = rebuilt(compressed).sub(table).square().sum().item()
                    / table.square().sum().item();
            assertThat(1 - compressed.kept()).isCloseTo(lost, within(1e-13));
        }
    }

    @Test
    void refusesSizesThatAreNone() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor table = Tensor.of(BOX, 4, 3);
            assertThatThrownBy(() -> Compression.of(table, 4))
                    .hasMessage("a table of 3 numbers a word cannot be compressed to 4");
            assertThatThrownBy(() -> Compression.keeping(table, 0))
                    .hasMessage("the share to keep must be above 0 and at most 1, not 0.0");
            assertThatThrownBy(() -> Compression.of(table.select(0, 0), 1))
                    .hasMessage("a table must be [V, E] numbers, not [3] float64");
        }
    }
}
