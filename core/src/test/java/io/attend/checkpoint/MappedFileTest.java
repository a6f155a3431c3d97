package io.attend.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Both ways of mapping a file, the system's own and the JDK's for systems without it.
class MappedFileTest {
    interface Mapping extends BiFunction<Path, Arena, MemorySegment> {}

    static Stream<Named<Mapping>> ways() {
        return Stream.of(Named.of("mmap", MappedFile::map), Named.of("channel", MappedFile::mapByChannel));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void mapsAllBytesPrivately(Mapping mapping, @TempDir Path folder) throws IOException {
        byte[] bytes = new byte[3 * 4096 + 17];
        new Random(3).nextBytes(bytes);
        Path file = Files.write(folder.resolve("número 1"), bytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = mapping.apply(file, arena);
            assertThat(mapped.toArray(JAVA_BYTE)).isEqualTo(bytes);
            assertThat(mapped.isReadOnly()).isFalse();
            mapped.fill((byte) 1);
        }
        assertThat(file).hasBinaryContent(bytes);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void mapsAnEmptyFile(Mapping mapping, @TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("empty"));
        try (Arena arena = Arena.ofConfined()) {
            assertThat(mapping.apply(file, arena).byteSize()).isZero();
        }
    }

    /// The kernel's list of this process's mappings says when one is gone.
    @Test
    void unmapsWhenTheArenaCloses(@TempDir Path folder) throws IOException {
        Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.exists(maps));
        Path file = Files.write(folder.resolve("mapped"), new byte[5000]);
        try (Arena arena = Arena.ofShared()) {
            MappedFile.map(file, arena);
            assertThat(Files.readString(maps)).contains(file.toString());
        }
        assertThat(Files.readString(maps)).doesNotContain(file.toString());
    }
}
