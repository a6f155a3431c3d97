package io.attend.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.attend.checkpoint.Safetensors.Entry;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged files by the thousand. Whatever the damage, a file is read as the format says or refused in one
/// line, and the cost stays in proportion to the file.
class SafetensorsFuzzTest {
    private static final int DATA_BYTES = 29;
    private static final int CASES = 20_000;
    private static final int WARMUP = 200; // loading classes allocates
    private static final int THROUGH_FILES = 500;
    private static final Path NAME = Path.of("fuzzed.safetensors");

    /// Pieces that mean something at the wrong place.
    private static final String[] TOKENS = """
            { } [ ] : , " \\ \\u0000 \\ud800 null true -1 0 1e9 1.5 [[[[ // NaN é F32 F64 F8_E5M2 U8 BOOL I64 4294967296
            9223372036854775807 9223372036854775808 18446744073709551616 __metadata__ dtype shape data_offsets
            """.split("\\s+");

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void everyDamagedFileIsReadRightOrRefused() {
        Random random = new Random(20_261_122);
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
            Path path = Files.write(folder.resolve("model.safetensors"), damaged(random));
            try {
                Safetensors file = Safetensors.open(path);
                file.entries().keySet().forEach(name -> file.data(name).toArray(JAVA_BYTE));
            } catch (CheckpointException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
    }

    private static boolean readsOrRefuses(int number, byte[] bytes) {
        try {
            checkAgainstTheFormat(Header.read(NAME, MemorySegment.ofArray(bytes)), bytes);
            return true;
        } catch (CheckpointException e) {
            assertThat(e.getMessage())
                    .startsWith(NAME + ": ")
                    .doesNotContain("\n")
                    .hasSizeLessThan(2_000);
            return false;
        } catch (RuntimeException | Error e) {
            throw new AssertionError("case " + number + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
        }
    }

    /// What the published format promises of every file: the tensors cover all after the header, each byte
    /// once.
    private static void checkAgainstTheFormat(Header header, byte[] bytes) {
        long start = 8 + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        int[] uses = new int[Math.toIntExact(bytes.length - start)];
        for (Entry entry : header.entries().values()) {
            assertThat(entry.bytes())
                    .isEqualTo(entry.shape().count() * entry.dtype().bytes());
            for (long i = 0; i < entry.bytes(); i++) {
                uses[Math.toIntExact(entry.offset() - start + i)]++;
            }
        }
        assertThat(Arrays.stream(uses)).allMatch(count -> count == 1);
    }

    private static byte[] damaged(Random random) {
        boolean whole = random.nextBoolean();
        byte[] header = (whole ? sound(random) : layout(random)).getBytes(StandardCharsets.UTF_8);
        for (int times = random.nextInt(whole ? 4 : 2); times > 0; times--) {
            header = damage(header, random);
        }
        byte[] file = HandMade.safetensors(header, DATA_BYTES);
        return switch (random.nextInt(10)) {
            case 0 -> Arrays.copyOf(file, random.nextInt(file.length)); // truncated
            case 1 -> Arrays.copyOf(file, file.length + 1 + random.nextInt(50)); // grown
            case 2 -> { // another header length
                ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length(header.length, random));
                yield file;
            }
            default -> file;
        };
    }

    private static long length(int length, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> 1L << random.nextInt(64);
            default -> length + random.nextInt(-9, 10);
        };
    }

    private static String sound(Random random) {
        return """
                {"__metadata__":{"format":"pt","é":"%d"},\
                "a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
                "b":{"dtype":"BOOL","shape":[5],"data_offsets":[24,29]},\
                "c":{"dtype":"BF16","shape":[7,0],"data_offsets":[29,29]}}""".formatted(random.nextInt(1_000));
    }

    /// Tensors that are right each by itself, anywhere: most overlap or leave holes, some cover all.
    private static String layout(Random random) {
        StringJoiner tensors = new StringJoiner(",", "{", "}");
        int end = 0;
        for (int i = 0; end < DATA_BYTES; i++) {
            int begin = Math.max(0, end + (random.nextInt(4) == 0 ? random.nextInt(-3, 4) : 0));
            end = Math.min(DATA_BYTES, begin + random.nextInt(20));
            tensors.add("\"%d\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]}"
                    .formatted(i, end - begin, begin, end));
        }
        return tensors.toString();
    }

    private static byte[] damage(byte[] header, Random random) {
        int at = random.nextInt(header.length);
        int end = Math.min(header.length, at + random.nextInt(12));
        return switch (random.nextInt(6)) {
            case 0 -> spliced(header, at, at + 1, new byte[] {(byte) random.nextInt(256)});
            case 1 -> spliced(header, at, end, new byte[0]);
            case 2 -> spliced(header, at, at, Arrays.copyOfRange(header, at, end));
            case 3 -> spliced(header, at, at + 1, new byte[] {(byte) ('0' + random.nextInt(10))});
            case 4 -> spliced(header, at, at, token(random));
            default -> spliced(header, at, end, token(random));
        };
    }

    private static byte[] token(Random random) {
        return TOKENS[random.nextInt(TOKENS.length)].getBytes(StandardCharsets.UTF_8);
    }

    /// `bytes` with `insert` in place of what is from `begin` to `end`; never empty.
    private static byte[] spliced(byte[] bytes, int begin, int end, byte[] insert) {
        byte[] result = new byte[Math.max(1, bytes.length - (end - begin) + insert.length)];
        ByteBuffer.wrap(result).put(bytes, 0, begin).put(insert).put(bytes, end, bytes.length - end);
        return result;
    }
}
