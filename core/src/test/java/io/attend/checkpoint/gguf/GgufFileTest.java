package io.attend.checkpoint.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.gguf.GgufFile.Entry;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.format.GgufValue;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
    @TempDir
    private Path folder;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("model.gguf"), bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void readsValuesAndTensors(int version) throws IOException {
        byte[] bytes = HandMadeGguf.small();
        bytes[4] = (byte) version;
        GgufFile file = GgufFile.open(file(bytes));
        assertThat(file.head().version()).isEqualTo(version);
        assertThat(file.head().string("general.architecture")).contains("llama");
        assertThat(file.head().ints("x.list")).containsExactly(-7, 11);
        int data = bytes.length - 32 - 34;
        assertThat(file.entries())
                .containsExactly(
                        entry("a.weight", new Entry("a.weight", new F32(), Shape.of(2, 3), data, 24)),
                        entry("b", new Entry("b", new Q80(), Shape.of(32), data + 32, 34)));
        assertThat(file.tensor("a.weight").blocks().toArray(JAVA_BYTE))
                .startsWith(0, 1, 2, 3)
                .hasSize(24);
        assertThatThrownBy(() -> file.tensor("c"))
                .hasMessage(file.path() + ": has no tensor c; its 2 tensors: a.weight, b");
    }

    /// Innermost first in the file, outermost first here: element [1][2] of 2 x 3 is the last of six.
    @Test
    void givesShapesRowMajor() throws IOException {
        GgufFile file = GgufFile.open(file(HandMadeGguf.head(3, 1, 0)
                .tensor("m", 0, 0, 3, 2)
                .padTo(32)
                .hex("0000803f" + "00000040" + "00004040" + "00008040" + "0000a040" + "0000c040")
                .bytes()));
        try (Lifetime _ = Lifetime.open()) {
            Tensor m = file.tensor("m").tensor();
            assertThat(m.shape()).isEqualTo(Shape.of(2, 3));
            assertThat(m.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(m.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        }
        float[] row = new float[3];
        file.tensor("m").decodeRow(1, row);
        assertThat(row).containsExactly(4, 5, 6);
    }

    @Test
    void readsEveryTypeOfValue() throws IOException {
        byte[] bytes = HandMadeGguf.head(3, 0, 14)
                .key("u8", 0)
                .hex("ff")
                .key("i8", 1)
                .hex("ff")
                .key("u16", 2)
                .hex("feff")
                .key("i16", 3)
                .hex("feff")
                .key("u32", 4)
                .hex("fdffffff")
                .key("i32", 5)
                .hex("fdffffff")
                .key("f32", 6)
                .hex("0000c03f")
                .key("bool", 7)
                .hex("01")
                .key("string", 8)
                .string("grüße")
                .key("strings", 9)
                .i32(8)
                .i64(2)
                .string("a")
                .string("")
                .key("floats", 9)
                .i32(6)
                .i64(1)
                .hex("0000c0bf")
                .key("u64", 10)
                .hex("ffffffffffffffff")
                .key("i64", 11)
                .hex("fbffffffffffffff")
                .key("f64", 12)
                .hex("000000000000f83f")
                .bytes();
        var values = GgufFile.open(file(bytes)).head().values();
        assertThat(values.keySet())
                .containsExactly(
                        "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "strings", "floats", "u64",
                        "i64", "f64");
        assertThat(List.of("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64").stream()
                        .map(key -> values.get(key).integer()))
                .containsExactly(255L, -1L, 65534L, -2L, 4294967293L, -3L, -1L, -5L);
        assertThat(values.get("f32").number()).isEqualTo(1.5);
        assertThat(values.get("f64").number()).isEqualTo(1.5);
        assertThat(values.get("bool").flag()).isTrue();
        assertThat(values.get("string").text()).isEqualTo("grüße");
        assertThat(values.get("strings").texts()).containsExactly("a", "");
        assertThat(values.get("floats").floats()).containsExactly(-1.5f);
        assertThat(values.get("u64")).hasToString("18446744073709551615");
        assertThatThrownBy(() -> values.get("string").integer()).hasMessage("is a string; expected a whole number");
        assertThatThrownBy(
                        () -> GgufFile.open(folder.resolve("model.gguf")).head().flag("u8"))
                .hasMessage("u8 is a uint8; expected a bool");
    }

    /// 64 GiB, of which the file system stores a page or two: what is not touched costs nothing.
    @Test
    void opensAFileLargerThanMemory() throws IOException {
        long rows = 1L << 34;
        Path path = file(HandMadeGguf.head(3, 1, 0)
                .tensor("huge", 0, 0, 1, rows)
                .padTo(32)
                .bytes());
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            sparse.setLength(sparse.length() + 4 * rows);
            sparse.seek(sparse.length() - 4);
            sparse.write(new byte[] {0, 0, (byte) 0x80, 0x3f});
        }
        float[] last = new float[1];
        GgufFile.open(path).tensor("huge").decodeRow(rows - 1, last);
        assertThat(last[0]).isEqualTo(1);
    }

    private void refused(HandMadeGguf bytes, String message) {
        refused(bytes.bytes(), message);
    }

    private void refused(byte[] bytes, String message) {
        Path name = Path.of("x.gguf");
        assertThatThrownBy(() -> GgufFile.read(name, MemorySegment.ofArray(bytes)))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(name + ": " + message);
    }

    private static final String DAMAGED = "; the file is damaged: download or save it again";

    @Test
    void refusesOtherFilesAndVersions() {
        refused(new byte[0], "at byte 0: does not begin with GGUF" + DAMAGED);
        refused(new HandMadeGguf().text("GGML").i64(0), "at byte 4: does not begin with GGUF" + DAMAGED);
        refused(HandMadeGguf.head(1, 0, 0), "at byte 8: GGUF version 1; known: 2 and 3" + DAMAGED);
        refused(
                HandMadeGguf.head(3 << 24, 0, 0),
                "at byte 8: GGUF version 3, big-endian; only little-endian files are read" + DAMAGED);
    }

    @Test
    void refusesEveryTruncation() {
        byte[] whole = HandMadeGguf.small();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> GgufFile.read(Path.of("x.gguf"), MemorySegment.ofArray(cut)))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageMatching(
                            "x\\.gguf: (at byte \\d+: |tensor (a.weight has 24 bytes from byte 192|b has 34 bytes from byte 224)).*");
        }
    }

    @Test
    void refusesCountsThatCannotBe() {
        refused(HandMadeGguf.head(3, 0, -1), "at byte 24: 18446744073709551615 keys; at most 65536 are read" + DAMAGED);
        refused(HandMadeGguf.head(3, 0, 3), "at byte 24: 8 bytes of 8 bytes, but only 0 are left" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1L << 40, 0),
                "at byte 24: the head claims 1099511627776 tensors; 0 bytes are left, 1048576 tensors are the most"
                        + " that are read" + DAMAGED);
        refused(
                HandMadeGguf.head(3, -1, 0).data(100),
                "at byte 24: the head claims 18446744073709551615 tensors; 100 bytes are left, 1048576 tensors are the"
                        + " most that are read" + DAMAGED);
    }

    @Test
    void refusesLengthsBeyondTheFile() {
        refused(
                HandMadeGguf.head(3, 0, 1).key("k", 8).i64(1 << 30),
                "at byte 45: a field of 1073741824 bytes, but only 0 are left" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 0, 1).key("k", 9).i32(4).i64(1L << 62),
                "at byte 49: an array of 4611686018427387904 values in 0 bytes" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 0, 1)
                        .key("k", 9)
                        .i32(8)
                        .i64(2)
                        .i64(1L << 40)
                        .i64(0),
                "at byte 57: a field of 1099511627776 bytes, but only 8 are left" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 0, 1).i64(1 << 30),
                "at byte 32: a field of 1073741824 bytes, but only 0 are left" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1, 0).i64(1 << 30).data(40),
                "at byte 32: a name of 1073741824 bytes; it has 1 to 1024" + DAMAGED);
    }

    @Test
    void refusesKeysAndValuesThatAreNone() {
        refused(HandMadeGguf.head(3, 0, 1).string(""), "at byte 32: a key of 0 bytes; it has 1 to 65535" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 0, 2).key("k", 0).hex("00").key("k", 0).hex("00"),
                "at byte 52: the key k a second time" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 0, 1).key("k", 13).hex("00"),
                "at byte 37: a value of type 13; known: 0 to 12" + DAMAGED);
        refused(HandMadeGguf.head(3, 0, 1).key("k", 9).i32(9).i64(0), "at byte 41: an array of arrays" + DAMAGED);
        refused(HandMadeGguf.head(3, 0, 1).key("k", 7).hex("02"), "at byte 38: a bool of 2; it is 0 or 1" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 0, 1).key("general.alignment", 4).i32(24),
                "general.alignment is 24; it is a power of 2, at most 1048576" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 0, 1).key("general.alignment", 8).string("32"),
                "general.alignment is a string; expected a whole number" + DAMAGED);
    }

    @Test
    void refusesTensorsThatAreNone() {
        refused(
                HandMadeGguf.head(3, 2, 0).tensor("t", 0, 0, 1).tensor("t", 0, 32, 1),
                "at byte 66: a second tensor t" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 0, 0, 1, 1, 1, 1, 1),
                "at byte 37: tensor t has 5 axes; at most 4 are known" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 16, 0, 256),
                "at byte 49: tensor t has format 16, which is not known; known: 0 (F32), 1 (F16), 2 (Q4_0), 3 (Q4_1),"
                        + " 6 (Q5_0), 7 (Q5_1), 8 (Q8_0), 10 (Q2_K), 11 (Q3_K), 12 (Q4_K), 13 (Q5_K), 14 (Q6_K),"
                        + " 30 (BF16); quantise it again to one of these");
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 8, 0, 33),
                "at byte 49: tensor t [33] has rows of 33, which are not whole blocks of 32, as Q8_0 has" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 0, 0, 1L << 40, 1L << 40),
                "at byte 53: tensor t: shape [1099511627776, 1099511627776] has too many elements" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 0, 0, -2),
                "at byte 45: tensor t: shape [-2] has a negative size" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 0, 0, 1L << 62),
                "at byte 49: tensor t [4611686018427387904] has too many bytes" + DAMAGED);
    }

    @Test
    void refusesTensorsOutOfPlace() {
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 0, 4, 1).padTo(32).data(8),
                "tensor t has offset 4, which is not a multiple of the alignment, 32" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 0, -32, 1).padTo(32).data(8),
                "tensor t has offset 18446744073709551584, which is not a multiple of the alignment, 32" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 2, 0)
                        .tensor("t", 0, 0, 9)
                        .tensor("u", 0, 32, 1)
                        .padTo(32)
                        .data(36),
                "tensor u begins at byte 128 but tensor t ends at byte 132: they overlap" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 2, 0)
                        .tensor("t", 0, 0, 1)
                        .tensor("u", 0, 64, 1)
                        .padTo(32)
                        .data(68),
                "tensor u begins at byte 160 but tensor t ends at byte 100: the bytes between belong to no tensor"
                        + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 0, 0, 1).padTo(32).data(36),
                "tensor t ends at byte 68 but the file has 100: the bytes after it belong to no tensor" + DAMAGED);
        refused(
                HandMadeGguf.head(3, 1, 0).tensor("t", 0, 0, 2).padTo(32).data(7),
                "tensor t has 8 bytes from byte 64 but the file ends at 71: the file is truncated; download or save it"
                        + " again");
    }

    @Test
    void valuesAreEqualByWhatAFileHas() {
        assertThat(GgufValue.of(1.5f)).isEqualTo(GgufValue.of(1.5f)).isNotEqualTo(GgufValue.of(1.5));
        assertThat(GgufValue.of(GgufValue.Type.INT8, -1)).isNotEqualTo(GgufValue.of(GgufValue.Type.UINT8, -1));
        assertThatThrownBy(() -> GgufValue.of(GgufValue.Type.STRING, 1))
                .hasMessage("string is no type of whole numbers");
    }
}
