package io.attend.checkpoint.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.gguf.GgufWriter.Item;
import io.attend.tensor.Shape;
import io.attend.tokenizer.format.GgufValue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufWriterTest {
    @TempDir
    private Path folder;

    private static Quantized floats(Shape shape, long seed) {
        Random random = new Random(seed);
        float[] numbers = new float[(int) shape.count()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return floats(shape, numbers);
    }

    private static Quantized floats(Shape shape, float[] numbers) {
        byte[] bytes = new byte[4 * numbers.length];
        new F32().encode(numbers, bytes, numbers.length);
        return new Quantized(new F32(), shape, MemorySegment.ofArray(bytes));
    }

    private static float[] decoded(Quantized tensor) {
        float[] numbers = new float[(int) tensor.shape().count()];
        tensor.decode(MemorySegment.ofArray(numbers));
        return numbers;
    }

    /// The same content through the description of the format and through the writer.
    @Test
    void writesWhatTheSpecificationSays() throws IOException {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", GgufValue.of("llama"));
        metadata.put("x.list", GgufValue.of(GgufValue.Type.INT32, -7, 11));
        byte[] bytes = new byte[34];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        MemorySegment data = MemorySegment.ofArray(bytes);
        Path target = folder.resolve("model.gguf");
        GgufWriter.write(
                target,
                metadata,
                List.of(
                        Item.of("a.weight", new Quantized(new F32(), Shape.of(2, 3), data.asSlice(0, 24))),
                        Item.of("b", new Quantized(new Q80(), Shape.of(32), data))));
        byte[] expected = HandMadeGguf.small();
        assertThat(Files.readAllBytes(target))
                .hasSize((expected.length + 31) / 32 * 32) // the last tensor is padded, too
                .startsWith(expected);
    }

    @ParameterizedTest
    @ValueSource(longs = {8, 32, 4096})
    void writesEveryValueAndTypeAtAnyAlignment(long alignment) {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.alignment", GgufValue.of(GgufValue.Type.UINT32, alignment));
        for (GgufValue.Type type : GgufValue.Type.values()) {
            switch (type) {
                case FLOAT32, FLOAT64 -> metadata.put("list." + type, GgufValue.of(type, 1.5, -0.25));
                case STRING, ARRAY -> {}
                case BOOL -> metadata.put("list." + type, GgufValue.of(type, 1, 0, 7));
                default -> {
                    metadata.put("one." + type, GgufValue.of(type, -3));
                    metadata.put("list." + type, GgufValue.of(type, 1, -2, 3));
                }
            }
        }
        metadata.put("f", GgufValue.of(0.1f));
        metadata.put("d", GgufValue.of(0.1));
        metadata.put("yes", GgufValue.of(true));
        metadata.put("text", GgufValue.of("grüße\n"));
        metadata.put("texts", GgufValue.of(List.of("", "日本")));
        metadata.put("none", GgufValue.of(List.of()));
        Quantized numbers = floats(Shape.of(3, 5, 64), 1);
        List<Item> items = new ArrayList<>();
        for (BlockFormat.Writable format : List.of(new F32(), new F16(), new Bf16(), new Q80(), new Q40())) {
            items.add(Item.encoded(format.label(), format, numbers.shape(), () -> numbers));
        }
        items.add(Item.of("empty", floats(Shape.of(0, 7), new float[0])));
        items.add(Item.of("scalar", floats(Shape.of(), new float[] {42})));
        Path target = folder.resolve("model.gguf");
        GgufWriter.write(target, metadata, items);
        GgufFile file = GgufFile.open(target);
        assertThat(file.head().values()).containsExactlyEntriesOf(metadata);
        assertThat(file.entries().values()).allMatch(entry -> entry.offset() % alignment == 0);
        assertThat(file.tensor("scalar").shape().rank()).isZero();
        float[] expected = decoded(numbers);
        assertThat(decoded(file.tensor("F32"))).isEqualTo(expected);
        for (String label : List.of("F16", "BF16", "Q8_0", "Q4_0")) {
            BlockFormat.Writable format =
                    (BlockFormat.Writable) file.tensor(label).format();
            byte[] bytes = new byte[(int) format.bytes(expected.length)];
            format.encode(expected, bytes, expected.length / format.elements());
            assertThat(file.tensor(label).blocks().toArray(JAVA_BYTE)).as(label).isEqualTo(bytes);
        }
    }

    /// More than one piece of a megabyte, from blocks of 256 into blocks of 32.
    @Test
    void encodesTensorsPieceByPiece() {
        byte[] blocks = new byte[144 * 9001];
        new Random(3).nextBytes(blocks);
        for (int i = 0; i < blocks.length; i += 144) {
            blocks[i + 1] = 0x2c; // a scale of a sixteenth: random bits may be NaN
            blocks[i + 3] = 0x2c;
        }
        Quantized fourBits = new Quantized(new Q4K(), Shape.of(9001, 256), MemorySegment.ofArray(blocks));
        Path target = folder.resolve("model.gguf");
        GgufWriter.write(
                target,
                Map.of(),
                List.of(
                        Item.encoded("t", new Q80(), fourBits.shape(), () -> fourBits),
                        Item.encoded("f", new F32(), fourBits.shape(), () -> fourBits)));
        float[] numbers = decoded(fourBits);
        assertThat(decoded(GgufFile.open(target).tensor("f"))).isEqualTo(numbers);
        byte[] expected = new byte[34 * 8 * 9001];
        new Q80().encode(numbers, expected, 8 * 9001);
        assertThat(GgufFile.open(target).tensor("t").blocks().toArray(JAVA_BYTE))
                .isEqualTo(expected);
    }

    @Test
    void refusesWhatItCannotWriteAndLeavesTheFile() throws IOException {
        Path target = Files.writeString(folder.resolve("model.gguf"), "as it was");
        Quantized one = floats(Shape.of(64), 1);
        assertThatThrownBy(() -> GgufWriter.write(target, Map.of(), List.of(Item.of("t", one), Item.of("t", one))))
                .hasMessage("two tensors are called t; rename one");
        assertThatThrownBy(() -> Item.encoded("t", new Q40(), Shape.of(2, 33), () -> one))
                .hasMessage("tensor t [2, 33] cannot be Q4_0: rows of 33 are not whole blocks of 32; write it as F32,"
                        + " F16 or BF16");
        assertThatThrownBy(() -> Item.of("x".repeat(64), one)).hasMessageContaining("names have 1 to 63 characters");
        float[] numbers = new float[64];
        numbers[35] = Float.NaN;
        Quantized sick = floats(Shape.of(64), numbers);
        assertThatThrownBy(() -> GgufWriter.write(
                        target, Map.of(), List.of(Item.encoded("t", new Q80(), sick.shape(), () -> sick))))
                .hasMessage("tensor t has NaN at element 35, which Q8_0 cannot hold; write it as F32 or mend it");
        assertThatThrownBy(() -> GgufWriter.write(
                        target, Map.of("general.alignment", GgufValue.of(GgufValue.Type.UINT32, 12)), List.of()))
                .hasMessage("general.alignment is 12; it is a power of 2 from 8 to 1048576");
        assertThatThrownBy(() -> GgufWriter.write(folder.resolve("no/model.gguf"), Map.of(), List.of()))
                .isInstanceOf(CheckpointException.class);
        assertThat(target).hasContent("as it was");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(target);
        }
    }
}
