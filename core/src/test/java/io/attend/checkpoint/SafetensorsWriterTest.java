package io.attend.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsWriterTest {
    private static final byte[] OLD = "what was there before".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private Path target;

    @BeforeEach
    void target() {
        target = folder.resolve("model.safetensors");
    }

    private static Item item(String name, DType dtype, long... sizes) {
        Shape shape = Shape.of(sizes);
        byte[] bytes = new byte[Math.toIntExact(shape.count() * dtype.bytes())];
        new Random(name.hashCode()).nextBytes(bytes);
        return Item.of(name, dtype, shape, MemorySegment.ofArray(bytes));
    }

    private static Item item(String name, Supplier<MemorySegment> data) {
        return new Item(name, DType.UINT8, Shape.of(3), data);
    }

    /// Counted by hand: the header has 87 characters and is padded to 88, which is X in ASCII.
    @Test
    void writesTheBytesOfTheFormat() {
        MemorySegment data = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6});
        SafetensorsWriter.write(
                target, Map.of("format", "pt"), List.of(Item.of("w", DType.INT16, Shape.of(3, 1), data)));
        assertThat(target)
                .hasContent("X\0\0\0\0\0\0\0{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"w\":{\"dtype\":\"I16\",\"shape\":[3,1],\"data_offsets\":[0,6]}} \1\2\3\4\5\6");
    }

    @Test
    void writesAFileOfTheReferenceImplementationAgainByteForByte() {
        Path reference = HandMade.reference("squeezebert-model.safetensors");
        copy(reference);
        assertThat(target).hasSameBinaryContentAs(reference);
    }

    /// Two element types; only the metadata, which the reference leaves in the order of its hash map, may move.
    @Test
    void writesMixedTypesAsTheReferenceDoes() throws IOException {
        Path reference = HandMade.reference("fnet-expected.safetensors");
        copy(reference);
        assertThat(Files.readString(target, StandardCharsets.ISO_8859_1).replaceFirst("\\{[^}]*},", ""))
                .isEqualTo(
                        Files.readString(reference, StandardCharsets.ISO_8859_1).replaceFirst("\\{[^}]*},", ""));
    }

    private void copy(Path source) {
        Safetensors file = Safetensors.open(source);
        List<Item> items = file.entries().values().stream()
                .map(entry -> Item.of(entry.name(), entry.dtype(), entry.shape(), file.data(entry.name())))
                .toList();
        SafetensorsWriter.write(target, file.metadata(), items);
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeComesBack(DType dtype) {
        List<Item> items = List.of(
                item("matrix", dtype, 7, 5),
                item("number", dtype),
                item("empty", dtype, 0),
                item("alsoEmpty", dtype, 3, 0, 11),
                item("block", dtype, 2, 3, 5, 1));
        SafetensorsWriter.write(target, Map.of(), items);
        Safetensors file = Safetensors.open(target);
        assertThat(file.entries().keySet()).containsExactlyInAnyOrderElementsOf(names(items));
        for (Item item : items) {
            assertThat(file.entries().get(item.name()).dtype()).isEqualTo(dtype);
            assertThat(file.entries().get(item.name()).shape()).isEqualTo(item.shape());
            assertThat(file.data(item.name()).mismatch(item.data().get())).isEqualTo(-1);
        }
    }

    @Test
    void putsWiderElementsFirstAndElseKeepsTheOrderGiven() {
        List<Item> items = List.of(
                item("z", DType.UINT8, 3),
                item("a", DType.BOOL, 1),
                item("half", DType.FLOAT16, 1),
                item("y", DType.FLOAT32, 1),
                item("b", DType.INT32, 1),
                item("wide", DType.FLOAT64, 1));
        SafetensorsWriter.write(target, Map.of(), items);
        Safetensors file = Safetensors.open(target);
        assertThat(file.entries().keySet()).containsExactly("wide", "y", "b", "half", "z", "a");
        assertThat(file.entries().values())
                .allMatch(entry -> entry.offset() % entry.dtype().bytes() == 0);
    }

    @Test
    void beginsTensorsAtAMultipleOfEightWhateverTheHeader() throws IOException {
        for (int length = 0; length < 17; length++) {
            Item item = item("n".repeat(length), DType.UINT8, 1);
            SafetensorsWriter.write(target, Map.of(), List.of(item));
            assertThat(Files.size(target) % 8).isEqualTo(1);
        }
    }

    @Test
    void sortsMetadataSoThatTheSameContentIsTheSameBytes() {
        Map<String, String> metadata = new HashMap<>();
        for (String key : List.of("step", "format", "ünï", "a\"b\\c\n", "")) {
            metadata.put(key, "value of " + key);
        }
        SafetensorsWriter.write(target, metadata, List.of(item("重み.\u0001😀", DType.INT8, 5)));
        Safetensors file = Safetensors.open(target);
        assertThat(file.entries()).containsOnlyKeys("重み.\u0001😀");
        assertThat(file.metadata())
                .containsExactly(
                        entry("", "value of "),
                        entry("a\"b\\c\n", "value of a\"b\\c\n"),
                        entry("format", "value of format"),
                        entry("step", "value of step"),
                        entry("ünï", "value of ünï"));
    }

    /// More than one piece of 8 MiB, from the heap and from outside it.
    @Test
    void writesLongTensorsInPieces() {
        byte[] bytes = new byte[(17 << 20) + 13];
        new Random(5).nextBytes(bytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment heap = MemorySegment.ofArray(bytes);
            MemorySegment outside = arena.allocate(bytes.length).copyFrom(heap);
            Shape shape = Shape.of(bytes.length);
            SafetensorsWriter.write(
                    target,
                    Map.of(),
                    List.of(
                            Item.of("heap", DType.UINT8, shape, heap),
                            Item.of("outside", DType.UINT8, shape, outside)));
            Safetensors file = Safetensors.open(target);
            assertThat(file.data("heap").mismatch(heap)).isEqualTo(-1);
            assertThat(file.data("outside").mismatch(heap)).isEqualTo(-1);
        }
    }

    /// One buffer can serve all tensors: each is written before the next is asked for.
    @Test
    void asksForOneTensorAtATime() {
        byte[] buffer = new byte[3];
        List<Item> items = new ArrayList<>();
        for (byte i = 0; i < 5; i++) {
            byte value = i;
            items.add(item("t" + i, () -> MemorySegment.ofArray(buffer).fill(value)));
        }
        SafetensorsWriter.write(target, Map.of(), items);
        Safetensors file = Safetensors.open(target);
        for (byte i = 0; i < 5; i++) {
            assertThat(file.data("t" + i).toArray(JAVA_BYTE)).containsExactly(i, i, i);
        }
    }

    @Test
    void refusesTwoTensorsOfOneName() throws IOException {
        Files.write(target, OLD);
        assertThatThrownBy(() -> SafetensorsWriter.write(
                        target, Map.of(), List.of(item("w", DType.INT8, 2), item("w", DType.INT8, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two tensors are called w; rename one");
        assertOldFileOnly();
    }

    @Test
    void refusesBytesThatDoNotMatchTheShape() {
        assertThatThrownBy(() -> Item.of("w", DType.FLOAT32, Shape.of(2, 3), MemorySegment.ofArray(new byte[20])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor w is given 20 bytes but F32 [2, 3] is 24");
    }

    @Test
    void leavesTheOldFileWhenASupplierGivesTheWrongSize() throws IOException {
        Files.write(target, OLD);
        List<Item> items = List.of(item("a", DType.INT8, 2), item("w", () -> MemorySegment.ofArray(new byte[4])));
        assertThatThrownBy(() -> SafetensorsWriter.write(target, Map.of(), items))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor w is given 4 bytes but U8 [3] is 3");
        assertOldFileOnly();
    }

    @Test
    void leavesTheOldFileWhenASupplierFails() throws IOException {
        Files.write(target, OLD);
        List<Item> items = List.of(item("a", DType.INT8, 2), item("w", () -> {
            throw new OutOfMemoryError("of the device");
        }));
        assertThatThrownBy(() -> SafetensorsWriter.write(target, Map.of(), items))
                .isInstanceOf(OutOfMemoryError.class);
        assertOldFileOnly();
    }

    @Test
    void refusesTheReservedName() {
        assertThatThrownBy(() -> item("__metadata__", DType.INT8, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("__metadata__ [2] cannot be a tensor of a safetensors file: __metadata__ is reserved and"
                        + " shapes have at most 64 axes");
    }

    @Test
    void refusesMoreAxesThanItReads() {
        assertThatThrownBy(() -> item("w", DType.INT8, new long[65]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("shapes have at most 64 axes");
    }

    @Test
    void refusesShapesOfMoreBytesThanAFileHas() {
        assertThatThrownBy(() -> new Item("w", DType.FLOAT64, Shape.of(1L << 60), () -> MemorySegment.NULL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor w [1152921504606846976] has too many bytes");
    }

    @Test
    void refusesHeadersLongerThanItReads() throws IOException {
        Files.write(target, OLD);
        Map<String, String> metadata = Map.of("note", "x".repeat(100_000_000));
        assertThatThrownBy(() -> SafetensorsWriter.write(target, metadata, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("names and metadata of 0 tensors make a header of 1000000");
        assertOldFileOnly();
    }

    @Test
    void namesTheFolderThatDoesNotExist() {
        Path orphan = folder.resolve("absent").resolve("model.safetensors");
        assertThatThrownBy(() -> SafetensorsWriter.write(orphan, Map.of(), List.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(orphan + ": cannot be written: no such file or folder: " + orphan.getParent());
    }

    @Test
    void refusesToReplaceAFolder() throws IOException {
        Files.createDirectories(target);
        assertThatThrownBy(() -> SafetensorsWriter.write(target, Map.of(), List.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(target + ": cannot be written: ");
        assertThat(HandMade.namesIn(folder)).containsExactly("model.safetensors");
    }

    private void assertOldFileOnly() throws IOException {
        assertThat(target).hasBinaryContent(OLD);
        assertThat(HandMade.namesIn(folder)).containsExactly("model.safetensors");
    }

    private static List<String> names(List<Item> items) {
        return items.stream().map(Item::name).toList();
    }
}
