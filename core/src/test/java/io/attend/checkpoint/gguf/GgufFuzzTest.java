package io.attend.checkpoint.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.gguf.GgufFile.Entry;
import io.attend.tokenizer.format.GgufValue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged files by the thousand. Whatever the damage, a file is read as the format says or refused in one
/// line, and the cost stays in proportion to the file.
class GgufFuzzTest {
    private static final int CASES = 30_000;
    private static final int WARMUP = 200; // loading classes allocates
    private static final int THROUGH_FILES = 500;
    private static final Path NAME = Path.of("fuzzed.gguf");
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void everyDamagedFileIsReadRightOrRefused() {
        Random random = new Random(20_261_124);
        int read = 0;
        for (int i = -WARMUP; i < CASES; i++) {
            byte[] bytes = damaged(random);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            boolean valid = readsOrRefuses(i, bytes);
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes allocated for the %d of case %d", bytes.length, i)
                    .isLessThan(i < 0 ? Long.MAX_VALUE : 1 << 20);
            read += valid ? 1 : 0;
        }
        assertThat(read).as("cases that stayed valid").isBetween(CASES / 50, CASES / 2);
    }

    @Test
    void theSameThroughMappedFiles(@TempDir Path folder) throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < THROUGH_FILES; i++) {
            Path path = Files.write(folder.resolve("model.gguf"), damaged(random));
            try {
                GgufFile file = GgufFile.open(path);
                file.entries()
                        .keySet()
                        .forEach(name -> file.tensor(name).blocks().toArray(JAVA_BYTE));
            } catch (CheckpointException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
    }

    private static boolean readsOrRefuses(int number, byte[] bytes) {
        try {
            GgufFile file = GgufFile.read(NAME, MemorySegment.ofArray(bytes));
            checkAgainstTheFormat(file, bytes.length);
            file.head().values().values().forEach(GgufFuzzTest::use);
            return true;
        } catch (CheckpointException e) {
            assertThat(e.getMessage())
                    .startsWith(NAME + ": ")
                    .doesNotContain("\n")
                    .hasSizeLessThan(2_000);
            return false;
        } catch (RuntimeException | Error e) {
            throw new AssertionError("case " + number + ": " + HexFormat.of().formatHex(bytes), e);
        }
    }

    /// Asks a value for what it is.
    private static void use(GgufValue value) {
        try {
            if (value.isArray()) {
                switch (value.type()) {
                    case STRING -> value.texts();
                    case FLOAT32, FLOAT64 -> value.floats();
                    case BOOL, ARRAY -> {}
                    default -> value.integers();
                }
            } else {
                assertThat(value.toString()).isNotEmpty();
            }
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("not UTF-8");
        }
    }

    /// What the published format promises of every file: aligned tensors, each byte of one of them at most.
    private static void checkAgainstTheFormat(GgufFile file, int length) {
        int[] uses = new int[length];
        for (Entry entry : file.entries().values()) {
            assertThat(entry.bytes())
                    .isEqualTo(entry.shape().count()
                            / entry.format().elements()
                            * entry.format().bytes());
            assertThat(file.tensor(entry.name()).blocks().byteSize()).isEqualTo(entry.bytes());
            for (long i = 0; i < entry.bytes(); i++) {
                uses[Math.toIntExact(entry.offset() + i)]++;
            }
        }
        assertThat(Arrays.stream(uses)).allMatch(count -> count <= 1);
    }

    private static byte[] damaged(Random random) {
        byte[] file = random.nextBoolean() ? HandMadeGguf.small() : rich();
        for (int times = random.nextInt(4); times > 0; times--) {
            int at = random.nextInt(file.length);
            int end = Math.min(file.length, at + random.nextInt(12));
            file = switch (random.nextInt(8)) {
                case 0 -> spliced(file, at, at + 1, new byte[] {(byte) random.nextInt(256)});
                case 1 -> spliced(file, at, end, new byte[0]);
                case 2 -> spliced(file, at, at, Arrays.copyOfRange(file, at, end));
                case 3 -> spliced(file, at, Math.min(file.length, at + 8), number(random));
                case 4 -> spliced(file, at, at, number(random));
                case 5 -> flipped(file, at, random);
                case 6 -> Arrays.copyOf(file, 1 + random.nextInt(file.length)); // truncated
                default -> Arrays.copyOf(file, file.length + 1 + random.nextInt(50)); // grown
            };
        }
        return file;
    }

    /// A value of every kind, tensors of several formats.
    private static byte[] rich() {
        HandMadeGguf file = HandMadeGguf.head(2, 4, 6)
                .key("general.alignment", 4)
                .i32(16)
                .key("a", 9)
                .i32(8)
                .i64(3)
                .string("x")
                .string("ü")
                .string("")
                .key("b", 12)
                .i64(1)
                .key("c", 7)
                .hex("01")
                .key("d", 9)
                .i32(0)
                .i64(5)
                .data(5)
                .key("e", 3)
                .hex("0102");
        return file.tensor("one", 30, 0, 5)
                .tensor("two", 2, 16, 32, 2)
                .tensor("none", 1, 64, 0, 7)
                .tensor("three", 0, 64)
                .padTo(16)
                .data(10)
                .padTo(16)
                .data(36)
                .padTo(16)
                .data(4)
                .bytes();
    }

    private static byte[] flipped(byte[] file, int at, Random random) {
        byte[] flipped = file.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        return flipped;
    }

    /// 8 bytes that mean something as a length, a count or an offset.
    private static byte[] number(Random random) {
        long number = switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> 1L << random.nextInt(64);
            case 2 -> -random.nextInt(100);
            default -> random.nextInt(100);
        };
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
    }

    /// `bytes` with `insert` in place of what is from `begin` to `end`; never empty.
    private static byte[] spliced(byte[] bytes, int begin, int end, byte[] insert) {
        byte[] result = new byte[Math.max(1, bytes.length - (end - begin) + insert.length)];
        ByteBuffer.wrap(result).put(bytes, 0, begin).put(insert).put(bytes, end, bytes.length - end);
        return result;
    }
}
