package io.attend.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that must not be believed. Each message is one line with the tensor and both values.
class SafetensorsRefusalTest {
    private static final String DAMAGED = "; the file is damaged: download or save it again";

    @TempDir
    private Path folder;

    private void refuses(byte[] bytes, String message) throws IOException {
        Path path = Files.write(folder.resolve("model.safetensors"), bytes);
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path + ": " + message);
    }

    /// @param message where `@12` stands for byte 12 after the header, counted from the start of the file
    @ParameterizedTest
    @MethodSource
    void headers(int dataBytes, String header, String message) throws IOException {
        byte[] bytes = HandMade.safetensors(header, dataBytes);
        String expected = Pattern.compile("@(\\d+)").matcher(message).replaceAll(offset -> {
            return String.valueOf(bytes.length - dataBytes + Integer.parseInt(offset.group(1)));
        });
        refuses(bytes, expected);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                argumentSet(
                        "data cut short",
                        20,
                        "{%s}".formatted(tensor("decoder.0.query.weight", "F32", "[2,3]", "[0,24]")),
                        "tensor decoder.0.query.weight ends at byte @24 but the file has @20: the file is truncated;"
                                + " download or save it again"),
                argumentSet( // 97 bytes before the tensor and 2^63 - 1 of it
                        "offsets past every file",
                        20,
                        "{%s}".formatted(tensor("w", "U8", "[9223372036854775807]", "[0,9223372036854775807]")),
                        "tensor w ends at byte 9223372036854775904 but the file has @20: the file is truncated;"
                                + " download or save it again"),
                argumentSet(
                        "overlap",
                        12,
                        "{%s,%s}".formatted(tensor("a", "I16", "[4]", "[0,8]"), tensor("b", "I16", "[4]", "[4,12]")),
                        "tensor b begins at byte @4 but tensor a ends at byte @8: they overlap" + DAMAGED),
                argumentSet(
                        "one tensor's bytes as another's",
                        8,
                        "{%s,%s}".formatted(tensor("a", "I16", "[4]", "[0,8]"), tensor("b", "F64", "[1]", "[0,8]")),
                        "tensor b begins at byte @0 but tensor a ends at byte @8: they overlap" + DAMAGED),
                argumentSet(
                        "empty tensor inside another",
                        8,
                        "{%s,%s}".formatted(tensor("a", "I16", "[4]", "[0,8]"), tensor("b", "F64", "[0]", "[4,4]")),
                        "tensor b begins at byte @4 but tensor a ends at byte @8: they overlap" + DAMAGED),
                argumentSet(
                        "hole between tensors",
                        13,
                        "{%s,%s}".formatted(tensor("b", "I8", "[4]", "[9,13]"), tensor("a", "F32", "[2]", "[0,8]")),
                        "tensor b begins at byte @9 but tensor a ends at byte @8: the bytes between belong to no tensor"
                                + DAMAGED),
                argumentSet(
                        "hole before the first tensor",
                        9,
                        "{%s}".formatted(tensor("a", "F32", "[2]", "[1,9]")),
                        "tensor a begins at byte @1 but the header ends at byte @0: the bytes between belong to no tensor"
                                + DAMAGED),
                argumentSet(
                        "trailing bytes",
                        11,
                        "{%s}".formatted(tensor("a", "F32", "[2]", "[0,8]")),
                        "tensor a ends at byte @8 but the file has @11: the bytes after it belong to no tensor"
                                + DAMAGED),
                argumentSet(
                        "bytes and no tensors",
                        5,
                        "{}",
                        "the header ends at byte 10 but the file has 15: the bytes after it belong to no tensor"
                                + DAMAGED),
                argumentSet(
                        "offsets do not match the shape",
                        20,
                        "{%s}".formatted(tensor("w", "F32", "[2,3]", "[0,20]")),
                        "tensor w has 20 bytes in data_offsets [0, 20] but is F32 [2, 3], 6 elements of 4" + DAMAGED),
                argumentSet(
                        "offsets do not match the type",
                        13,
                        "{%s}".formatted(tensor("w", "F32", "[3]", "[0,13]")),
                        "tensor w has 13 bytes in data_offsets [0, 13] but is F32 [3], 3 elements of 4" + DAMAGED),
                argumentSet(
                        "end before begin",
                        8,
                        "{%s}".formatted(tensor("w", "F32", "[2]", "[8,0]")),
                        "tensor w data_offsets [8, 0] are not a begin and an end" + DAMAGED),
                argumentSet(
                        "one offset",
                        8,
                        "{%s}".formatted(tensor("w", "F32", "[2]", "[8]")),
                        "tensor w data_offsets [8] are not a begin and an end" + DAMAGED),
                argumentSet(
                        "three offsets",
                        8,
                        "{%s}".formatted(tensor("w", "F32", "[2]", "[0,8,8]")),
                        "tensor w data_offsets has more than 2 numbers" + DAMAGED),
                argumentSet(
                        "negative offset",
                        8,
                        "{%s}".formatted(tensor("w", "F32", "[2]", "[-8,0]")),
                        "tensor w data_offsets holds -8 where a whole number from 0 to 2^63 - 1 belongs" + DAMAGED),
                argumentSet(
                        "negative size",
                        8,
                        "{%s}".formatted(tensor("w", "F32", "[-2,-1]", "[0,8]")),
                        "tensor w shape holds -2 where a whole number from 0 to 2^63 - 1 belongs" + DAMAGED),
                argumentSet(
                        "size past 2^63",
                        8,
                        "{%s}".formatted(tensor("w", "F32", "[18446744073709551618]", "[0,8]")),
                        "tensor w shape holds 18446744073709551618 where a whole number from 0 to 2^63 - 1 belongs"
                                + DAMAGED),
                argumentSet(
                        "size with a fraction",
                        8,
                        "{%s}".formatted(tensor("w", "F32", "[2.0]", "[0,8]")),
                        "tensor w shape holds 2.0 where a whole number from 0 to 2^63 - 1 belongs" + DAMAGED),
                argumentSet(
                        "more elements than 2^63",
                        8,
                        "{%s}".formatted(tensor("w", "F32", "[4294967296,4294967296,2]", "[0,8]")),
                        "tensor w: shape [4294967296, 4294967296, 2] has too many elements" + DAMAGED),
                argumentSet(
                        "more bytes than 2^64, which wraps to 8",
                        8,
                        "{%s}".formatted(tensor("w", "F64", "[2305843009213693953]", "[0,8]")),
                        "tensor w has 8 bytes in data_offsets [0, 8] but is F64 [2305843009213693953],"
                                + " 2305843009213693953 elements of 8" + DAMAGED),
                argumentSet(
                        "more axes than anyone uses",
                        1,
                        "{%s}"
                                .formatted(tensor(
                                        "w", "U8", Collections.nCopies(65, 1).toString(), "[0,1]")),
                        "tensor w shape has more than 64 numbers" + DAMAGED),
                argumentSet(
                        "element type of the format that we do not have",
                        3,
                        "{%s}".formatted(tensor("w", "F8_E4M3", "[3]", "[0,3]")),
                        "tensor w has element type F8_E4M3, which is not known; known: F64, F32, BF16, F16, I64, I32,"
                                + " I16, I8, U8, BOOL; save it again as one of these"),
                argumentSet(
                        "element type that is no string",
                        3,
                        "{\"w\":{\"dtype\":7,\"shape\":[3],\"data_offsets\":[0,3]}}",
                        "tensor w dtype is 7 where a string belongs" + DAMAGED),
                argumentSet(
                        "tensor that is no object",
                        0,
                        "{\"w\":[1]}",
                        "tensor w is a list where an object belongs" + DAMAGED),
                argumentSet(
                        "field missing",
                        0,
                        "{\"w\":{\"dtype\":\"F32\"}}",
                        "tensor w has no data_offsets, no shape" + DAMAGED),
                argumentSet(
                        "field unknown",
                        8,
                        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"stride\":[1]}}",
                        "tensor w stride is unknown; known: data_offsets, dtype, shape" + DAMAGED),
                argumentSet(
                        "field twice",
                        8,
                        "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                        "tensor w has the key dtype twice" + DAMAGED),
                argumentSet(
                        "name twice",
                        8,
                        "{%s,%s}".formatted(tensor("w", "F32", "[1]", "[0,4]"), tensor("w", "F32", "[1]", "[4,8]")),
                        "the header has the key w twice" + DAMAGED),
                argumentSet(
                        "metadata twice",
                        0,
                        "{\"__metadata__\":{},\"__metadata__\":{}}",
                        "the header has the key __metadata__ twice" + DAMAGED),
                argumentSet(
                        "metadata key twice",
                        0,
                        "{\"__metadata__\":{\"a\":\"1\",\"a\":\"1\"}}",
                        "__metadata__ has the key a twice" + DAMAGED),
                argumentSet(
                        "metadata that is no string",
                        0,
                        "{\"__metadata__\":{\"step\":{\"a\":1}}}",
                        "__metadata__ step is an object where a string belongs" + DAMAGED),
                argumentSet(
                        "metadata null",
                        0,
                        "{\"__metadata__\":null}",
                        "__metadata__ is null where an object belongs" + DAMAGED),
                argumentSet("second document", 0, "{} {}", "the header goes on after its closing brace" + DAMAGED),
                argumentSet(
                        "no JSON",
                        0,
                        "{'w': 1}",
                        "the header is not JSON at character 1: Unexpected character (''' (code 39)): was expecting"
                                + " double-quote to start property name" + DAMAGED),
                argumentSet(
                        "end missing",
                        0,
                        "{\"w\":{\"dtype\"",
                        "the header is not JSON at character 13: Unexpected end-of-input within/between Object entries"
                                + DAMAGED),
                argumentSet(
                        "text before the brace",
                        0,
                        " {}",
                        "the header of 3 bytes does not begin with { at byte 8" + DAMAGED),
                argumentSet("header empty", 9, "", "the header of 0 bytes does not begin with { at byte 8" + DAMAGED));
    }

    private static String tensor(String name, String dtype, String shape, String offsets) {
        return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(name, dtype, shape, offsets);
    }

    /// All that the format has and we do not.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "U16",
                "U32",
                "U64",
                "C64",
                "F4",
                "F6_E2M3",
                "F6_E3M2",
                "F8_E8M0",
                "F8_E5M2",
                "F8_E4M3FNUZ",
                "f32",
                ""
            })
    void elementTypes(String code) throws IOException {
        refuses(
                HandMade.safetensors("{%s}".formatted(tensor("w", code, "[0]", "[0,0]")), 0),
                "tensor w has element type " + code + ", which is not known; known: F64, F32, BF16, F16, I64, I32, I16,"
                        + " I8, U8, BOOL; save it again as one of these");
    }

    @Test
    void deepNesting() throws IOException {
        String header = "{\"w\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        refuses(HandMade.safetensors(header, 0), "tensor w is a list where an object belongs" + DAMAGED);
    }

    @Test
    void textThatIsNotUtf8() throws IOException {
        byte[] header = {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'}; // an overlong NUL
        refuses(HandMade.safetensors(header, 0), "the header is not UTF-8 at its byte 2" + DAMAGED);
    }

    /// What a hostile name could do to a terminal or a log.
    @Test
    void namesThatWouldBreakTheLineOrTheTerminal() throws IOException {
        String name = "a\\nb\\u001b[31m\\u202e";
        refuses(
                HandMade.safetensors("{\"%s\":1}".formatted(name), 0),
                "tensor a\\u000Ab\\u001B[31m\\u202E is 1 where an object belongs" + DAMAGED);
    }

    @Test
    void namesTooLongToPrint() throws IOException {
        refuses(
                HandMade.safetensors("{\"%s\":1}".formatted("x".repeat(70_001)), 0),
                "tensor " + "x".repeat(200) + "... (70001 characters) is 1 where an object belongs" + DAMAGED);
    }

    @Test
    void emptyFile() throws IOException {
        refuses(new byte[0], "has 0 bytes, too few for a header after the 8 of its length" + DAMAGED);
    }

    @Test
    void fileOfALengthOnly() throws IOException {
        refuses(new byte[8], "has 8 bytes, too few for a header after the 8 of its length" + DAMAGED);
    }

    @Test
    void headerLongerThanTheFile() throws IOException {
        byte[] whole = HandMade.scalars("w");
        refuses(
                Arrays.copyOf(whole, 20),
                "the header at byte 8 claims 54 bytes, but the file has 20 and a header at most 100000000" + DAMAGED);
    }

    @Test
    void headerLongerThanTheReferenceReads() throws IOException {
        Path path = folder.resolve("model.safetensors");
        Files.write(path, length(100_000_001, 8));
        try (var sparse = new RandomAccessFile(path.toFile(), "rw")) {
            sparse.setLength(200_000_000);
        }
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path + ": the header at byte 8 claims 100000001 bytes, but the file has 200000000 and a"
                        + " header at most 100000000" + DAMAGED);
    }

    @Test
    void headerLengthBeyondSignedNumbers() throws IOException {
        refuses(
                length(-1, 100),
                "the header at byte 8 claims 18446744073709551615 bytes, but the file has 100 and a header at most"
                        + " 100000000" + DAMAGED);
    }

    /// The claim of a gigabyte must cost a message, not a gigabyte.
    @Test
    void hugeHeaderLengthAllocatesNothing() throws IOException {
        Path path = Files.write(folder.resolve("model.safetensors"), length(1 << 30, 100));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("claims 1073741824 bytes, but the file has 100");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
    }

    @Test
    void largeFilePointerOfGit() throws IOException {
        String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
        refuses(
                pointer.getBytes(StandardCharsets.US_ASCII),
                "is a Git LFS pointer, not the weights: fetch them with git lfs pull");
    }

    @Test
    void missingFile() {
        Path path = folder.resolve("absent.safetensors");
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path + ": no such file");
    }

    @Test
    void brokenLink() throws IOException {
        Path path = Files.createSymbolicLink(folder.resolve("model.safetensors"), folder.resolve("blob"));
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path + ": is a broken link");
    }

    @Test
    void folderInsteadOfAFile() {
        assertThatThrownBy(() -> Safetensors.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder + ": is not a file");
    }

    private static byte[] length(long length, int fileBytes) {
        return ByteBuffer.allocate(fileBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array();
    }
}
