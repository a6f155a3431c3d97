package io.attend.checkpoint.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlockFormatTest {
    private static final int BLOCKS = 211;

    static Collection<BlockFormat> formats() {
        return BlockFormat.all().values();
    }

    /// The sizes and numbers of the published list.
    @Test
    void knowsTheFormatsOfTheList() {
        assertThat(formats().stream().map(f -> f.code() + " " + f.label() + " " + f.elements() + " " + f.bytes()))
                .containsExactly(
                        "0 F32 1 4",
                        "1 F16 1 2",
                        "2 Q4_0 32 18",
                        "3 Q4_1 32 20",
                        "6 Q5_0 32 22",
                        "7 Q5_1 32 24",
                        "8 Q8_0 32 34",
                        "10 Q2_K 256 84",
                        "11 Q3_K 256 110",
                        "12 Q4_K 256 144",
                        "13 Q5_K 256 176",
                        "14 Q6_K 256 210",
                        "30 BF16 1 2");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void decodesAsTheSpecificationReadBitByBit(BlockFormat format) {
        byte[] blocks = new byte[BLOCKS * format.bytes()];
        new Random(format.code()).nextBytes(blocks);
        float[] decoded = new float[BLOCKS * format.elements()];
        format.decode(blocks, decoded, BLOCKS);
        for (int block = 0; block < BLOCKS; block++) {
            double[] expected = new double[format.elements()];
            double largest = 0;
            for (int i = 0; i < expected.length; i++) {
                expected[i] = NaiveBlocks.element(format.label(), blocks, block * expected.length + i);
                largest = Double.isFinite(expected[i]) ? Math.max(largest, Math.abs(expected[i])) : largest;
            }
            for (int i = 0; i < expected.length; i++) {
                double actual = decoded[block * expected.length + i];
                assertThat(actual)
                        .as("%s block %d element %d", format.label(), block, i)
                        .isCloseTo(expected[i], within(Double.isFinite(expected[i]) ? 1e-6 * largest : 0));
            }
        }
    }

    /// Blocks of numbers made for this test, quantised and dequantised by ggml's reference functions
    /// (`quantize_row_q8_0_ref`, `quantize_row_q4_0_ref`, `ggml_get_type_traits(...)->to_float`, commit
    /// d99724f).
    @Test
    void agreesWithTheReferenceByteForByte() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(Path.of(
                        getClass().getResource("/checkpoint/ggml-blocks.bin").getPath())))
                .order(ByteOrder.LITTLE_ENDIAN);
        int blocks = file.getInt();
        float[] numbers = floats(file, 32 * blocks);
        for (BlockFormat.Writable format : new BlockFormat.Writable[] {new Q80(), new Q40()}) {
            byte[] encoded = new byte[blocks * format.bytes()];
            format.encode(numbers, encoded, blocks);
            assertThat(encoded).as(format.label()).isEqualTo(bytes(file, encoded.length));
        }
        int decodedFormats = 0;
        while (file.hasRemaining()) {
            BlockFormat format = BlockFormat.all().get(file.getInt());
            assertThat(format.elements()).isEqualTo(file.getInt());
            assertThat(format.bytes()).isEqualTo(file.getInt());
            float[] decoded = new float[format.elements()];
            format.decode(bytes(file, format.bytes()), decoded, 1);
            assertThat(decoded).as(format.label()).isEqualTo(floats(file, decoded.length));
            decodedFormats++;
        }
        assertThat(decodedFormats).isEqualTo(10);
    }

    private static float[] floats(ByteBuffer file, int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = file.getFloat();
        }
        return floats;
    }

    private static byte[] bytes(ByteBuffer file, int count) {
        byte[] bytes = new byte[count];
        file.get(bytes);
        return bytes;
    }

    /// 1, -1, 0.5 and the tie 127.5 / 127 of a scale of 1: the nearest whole number, halves away from zero.
    @Test
    void eightBitsRoundHalvesAwayFromZero() {
        float[] numbers = new float[32];
        numbers[0] = 127;
        numbers[1] = 0.5f;
        numbers[2] = -0.5f;
        numbers[3] = 1.5f;
        numbers[4] = 0.49999997f; // the largest float below a half: adding a half to it in float32 gives 1
        numbers[5] = -127;
        byte[] block = new byte[34];
        new Q80().encode(numbers, block, 1);
        assertThat(block).startsWith(0, 0x3c, 127, 1, -1, 2, 0, -127, 0); // 0x3c00 is 1
    }

    /// The largest magnitude becomes -8; floor(x / d + 8.5) is capped at 15, so its negative loses half a
    /// step.
    @Test
    void fourBitsPutTheLargestAtMinusEight() {
        float[] numbers = new float[32];
        numbers[0] = -8;
        numbers[1] = 8;
        numbers[16] = 7;
        numbers[17] = -0.5f;
        byte[] block = new byte[18];
        new Q40().encode(numbers, block, 1);
        assertThat(block).startsWith(0, 0x3c, (byte) 0xf0, (byte) 0x8f, (byte) 0x88);
    }

    @Test
    void aBlockOfZerosIsZeros() {
        for (BlockFormat.Writable format : new BlockFormat.Writable[] {new Q80(), new Q40()}) {
            float[] zeros = new float[32];
            byte[] block = new byte[format.bytes()];
            format.encode(zeros, block, 1);
            float[] decoded = new float[32];
            format.decode(block, decoded, 1);
            assertThat(decoded).containsOnly(decoded[0]);
            assertThat(Math.abs(decoded[0])).isZero(); // Q4_0 has a scale of -0, as the reference has
            zeros[7] = Float.MIN_VALUE; // a scale too small to divide by
            format.encode(zeros, block, 1);
            format.decode(block, decoded, 1);
            assertThat(decoded).containsOnly(decoded[0]);
            assertThat(Math.abs(decoded[0])).isZero();
        }
    }

    /// Half a step of the scale, a whole one where Q4_0 caps, and what 11 bits of the scale lose.
    @Test
    void quantisingLosesAtMostHalfAStep() {
        RandomGenerator random = new Random(17);
        float[] numbers = new float[32 * BLOCKS];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (random.nextGaussian() * Math.pow(2, i / 32 % 11 - 7));
        }
        for (BlockFormat.Writable format : new BlockFormat.Writable[] {new Q80(), new Q40()}) {
            byte[] blocks = new byte[BLOCKS * format.bytes()];
            float[] decoded = new float[numbers.length];
            format.encode(numbers, blocks, BLOCKS);
            format.decode(blocks, decoded, BLOCKS);
            for (int block = 0; block < BLOCKS; block++) {
                double largest = 0;
                for (int i = 0; i < 32; i++) {
                    largest = Math.max(largest, Math.abs(numbers[32 * block + i]));
                }
                double step = format instanceof Q80 ? largest / 127 * 0.5 : largest / 8;
                for (int i = 32 * block; i < 32 * block + 32; i++) {
                    assertThat(Math.abs(decoded[i] - numbers[i]))
                            .as("%s element %d", format.label(), i)
                            .isLessThanOrEqualTo((float) (step * 1.0001 + largest / 1024));
                }
            }
        }
    }

    /// Every 16-bit pattern comes back from its float32 as it was; rounding goes to the nearest, ties to even.
    @Test
    void sixteenBitsComeBackAsTheyWere() {
        int patterns = 1 << 16;
        byte[] all = new byte[2 * patterns];
        for (int i = 0; i < patterns; i++) {
            all[2 * i] = (byte) i;
            all[2 * i + 1] = (byte) (i >> 8);
        }
        for (BlockFormat.Writable format : new BlockFormat.Writable[] {new F16(), new Bf16()}) {
            float[] numbers = new float[patterns];
            format.decode(all, numbers, patterns);
            byte[] again = new byte[all.length];
            format.encode(numbers, again, patterns);
            float[] twice = new float[patterns];
            format.decode(again, twice, patterns);
            assertThat(twice).isEqualTo(numbers);
        }
        float[] ties = {1 + 1 / 256f, 1 + 3 / 256f, -1 - 1 / 256f, Float.NaN, Float.NEGATIVE_INFINITY};
        byte[] rounded = new byte[10];
        new Bf16().encode(ties, rounded, 5);
        assertThat(rounded).startsWith(0x80, 0x3f, 0x82, 0x3f, 0x80, 0xbf);
        float[] back = new float[5];
        new Bf16().decode(rounded, back, 5);
        assertThat(back[3]).isNaN();
        assertThat(back[4]).isEqualTo(Float.NEGATIVE_INFINITY);
    }
}
