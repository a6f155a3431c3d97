package io.attend.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.checkpoint.gguf.Bf16;
import io.attend.checkpoint.gguf.BlockFormat;
import io.attend.checkpoint.gguf.F32;
import io.attend.checkpoint.gguf.Q40;
import io.attend.checkpoint.gguf.Q4K;
import io.attend.checkpoint.gguf.Q80;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every format's product against its decoded numbers, which are ggml's, multiplied in float64; and the
/// vectors' way against the plain one.
class MatrixTest {
    private static final Random RANDOM = new Random(17);

    /// @param slack relative to Σ |w x|: what rounding the vector to 11 bits may cost, or float32's own
    @ParameterizedTest
    @CsvSource({
        "F32, 7, 1, 1e-6",
        "F32, 13, 37, 1e-6",
        "F32, 11, 263, 1e-6",
        "F32, 5, 64, 1e-6",
        "BF16, 7, 1, 1e-6",
        "BF16, 13, 37, 1e-6",
        "BF16, 11, 263, 1e-6",
        "BF16, 5, 64, 1e-6",
        "Q8_0, 7, 32, 1e-6",
        "Q8_0, 13, 224, 1e-6",
        "Q8_0, 2, 1024, 1e-6",
        "Q4_0, 7, 32, 1e-3",
        "Q4_0, 13, 224, 1e-3",
        "Q4_0, 2, 1024, 1e-3",
        "Q4_K, 7, 256, 1e-3",
        "Q4_K, 13, 1792, 1e-3"
    })
    void productsAreThoseOfTheDecodedNumbers(String label, int rows, int columns, double slack) {
        Matrix matrix = matrix(label, rows, columns, 3);
        Row x = row(columns);
        matrix.prepare(x);
        float[] y = new float[rows];
        float[] plain = new float[rows];
        matrix.multiply(x, y, 0, rows);
        matrix.reference(x, plain, 0, rows);
        float[] numbers = decoded(label, matrix);
        for (int i = 0; i < rows; i++) {
            double exact = 0;
            double size = 0;
            for (int j = 0; j < columns; j++) {
                double product = (double) numbers[i * columns + j] * x.values()[j];
                exact += product;
                size += Math.abs(product);
            }
            assertThat((double) y[i]).as(label + " row " + i).isCloseTo(exact, within(slack * size + 1e-9));
            assertThat((double) plain[i]).as("plain " + label).isCloseTo(exact, within(slack * size + 1e-9));
            assertThat((double) y[i]).as("both").isCloseTo(plain[i], within(2e-6 * size + 1e-9));
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 37", "BF16, 37", "Q8_0, 96", "Q4_0, 96", "Q4_K, 512"})
    void rowsAreTheDecodedOnes(String label, int columns) {
        Matrix matrix = matrix(label, 5, columns, 11);
        float[] numbers = decoded(label, matrix);
        float[] row = new float[columns + 3];
        for (int i = 0; i < 5; i++) {
            matrix.row(i, row, 3);
            for (int j = 0; j < columns; j++) {
                assertThat(row[3 + j]).isEqualTo(numbers[i * columns + j]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 37", "BF16, 37", "Q8_0, 96", "Q4_0, 96", "Q4_K, 512"})
    void aPartOfTheRowsTouchesNoOther(String label, int columns) {
        Matrix matrix = matrix(label, 11, columns, 5);
        Row x = row(columns);
        matrix.prepare(x);
        float[] whole = new float[11];
        float[] part = new float[11];
        matrix.multiply(x, whole, 0, 11);
        matrix.multiply(x, part, 3, 10);
        for (int i = 0; i < 11; i++) {
            assertThat(part[i]).isCloseTo(i < 3 || i == 10 ? 0 : whole[i], within(1e-3f * Math.abs(whole[i]) + 1e-6f));
        }
        assertThat(part[3]).isNotZero();
    }

    /// Everything a byte can be, the largest scales and the vector at its ends: whole numbers must not
    /// overflow.
    @ParameterizedTest
    @CsvSource({"Q4_0, 64", "Q4_K, 256", "Q8_0, 64"})
    void theLargestNumbersFit(String label, int columns) {
        BlockFormat format = format(label);
        for (int filler : new int[] {0x00, 0xff, 0x77, 0x88, 0x0f, 0xf0, 0x80, 0x7f}) {
            byte[] block = new byte[(int) format.bytes(columns)];
            java.util.Arrays.fill(block, (byte) filler);
            for (int at = 0; at < block.length; at += format.bytes()) {
                for (int half = 0; half < (label.equals("Q4_K") ? 4 : 2); half += 2) {
                    block[at + half] = 0;
                    block[at + half + 1] = 0x3c; // 1.0
                }
            }
            Matrix matrix = of(label, 1, columns, MemorySegment.ofArray(block));
            for (float sign : new float[] {1, -1}) {
                Row x = new Row(columns);
                java.util.Arrays.fill(x.values(), sign);
                x.changed();
                matrix.prepare(x);
                float[] y = new float[1];
                matrix.multiply(x, y, 0, 1);
                double exact = 0;
                for (float number : decoded(label, matrix)) {
                    exact += number * sign;
                }
                assertThat((double) y[0]).as(label + " of " + filler).isCloseTo(exact, within(Math.abs(exact) * 1e-5));
            }
        }
    }

    @Test
    void sizesAreChecked() {
        MemorySegment data = MemorySegment.ofArray(new byte[68]);
        assertThatThrownBy(() -> new Q80Matrix(2, 33, data)).hasMessage("Q8_0: rows of 33 are not whole blocks of 32");
        assertThatThrownBy(() -> new Q80Matrix(3, 32, data)).hasMessage("Q8_0 [3, 32] is 102 bytes, but 68 are given");
    }

    @Test
    void severalMatricesAtOnceGiveWhatEachGives() {
        Pool.common().use(3);
        try {
            Matrix first = matrix("F32", 1009, 67, 1);
            Matrix second = matrix("F32", 503, 67, 2);
            Row x = row(67);
            float[][] together = {new float[1009], new float[503]};
            float[][] alone = {new float[1009], new float[503]};
            first.multiply(x, alone[0], 0, 1009);
            second.multiply(x, alone[1], 0, 503);
            for (int again = 0; again < 50; again++) {
                new Products(java.util.List.of(first, second)).apply(x, together);
                assertThat(together).isDeepEqualTo(alone);
                java.util.Arrays.fill(together[0], 0);
            }
        } finally {
            Pool.common().use(1);
        }
    }

    // ---- fixtures ----

    private static Row row(int columns) {
        Row x = new Row(columns);
        for (int j = 0; j < columns; j++) {
            x.values()[j] = (float) RANDOM.nextGaussian();
        }
        x.changed();
        return x;
    }

    static Matrix matrix(String label, int rows, int columns, long seed) {
        BlockFormat format = format(label);
        Random random = new Random(seed);
        byte[] bytes = new byte[(int) format.bytes((long) rows * columns)];
        if (format instanceof BlockFormat.Writable writable) {
            float[] numbers = new float[rows * columns];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) random.nextGaussian();
            }
            writable.encode(numbers, bytes, numbers.length / format.elements());
        } else { // any bytes are a block, if its two scales are small numbers
            random.nextBytes(bytes);
            for (int at = 0; at < bytes.length; at += format.bytes()) {
                bytes[at + 1] = (byte) (0x20 | random.nextInt(4));
                bytes[at + 3] = (byte) (0x20 | random.nextInt(4));
            }
        }
        return of(
                label, rows, columns, Arena.ofAuto().allocate(bytes.length, 8).copyFrom(MemorySegment.ofArray(bytes)));
    }

    private static Matrix of(String label, int rows, int columns, MemorySegment data) {
        return switch (label) {
            case "F32" -> new Float32Matrix(rows, columns, data);
            case "BF16" -> new BFloat16Matrix(rows, columns, data);
            case "Q8_0" -> new Q80Matrix(rows, columns, data);
            case "Q4_0" -> new Q40Matrix(rows, columns, data);
            case "Q4_K" -> new Q4KMatrix(rows, columns, data);
            default -> throw new AssertionError(label);
        };
    }

    private static BlockFormat format(String label) {
        return switch (label) {
            case "F32" -> new F32();
            case "BF16" -> new Bf16();
            case "Q8_0" -> new Q80();
            case "Q4_0" -> new Q40();
            case "Q4_K" -> new Q4K();
            default -> throw new AssertionError(label);
        };
    }

    private static float[] decoded(String label, Matrix matrix) {
        BlockFormat format = format(label);
        float[] numbers = new float[matrix.rows() * matrix.columns()];
        byte[] bytes = matrix.data().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        format.decode(bytes, numbers, numbers.length / format.elements());
        return numbers;
    }
}
