package io.attend.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicTest {
    @TempDir
    private Path folder;

    @Test
    void writesTextInUtf8InPlaceOfWhatWasThere() throws IOException {
        Path target = folder.resolve("report.html");
        Atomic.text(target, "first and longer");
        Atomic.text(target, "zweite: äöü 日本");
        assertThat(target).hasContent("zweite: äöü 日本");
        assertThat(HandMade.namesIn(folder)).containsExactly("report.html");
    }

    @Test
    void showsTheOldFileUntilTheNewOneIsWhole() throws IOException {
        Path target = folder.resolve("state");
        Atomic.text(target, "old");
        Atomic.file(target, channel -> {
            channel.write(ByteBuffer.wrap(new byte[] {'n'}));
            assertThat(target).hasContent("old");
            channel.write(ByteBuffer.wrap(new byte[] {'e', 'w'}));
        });
        assertThat(target).hasContent("new");
    }

    @Test
    void leavesTheOldFileAndNothingElseWhenWritingFails() throws IOException {
        Path target = folder.resolve("state");
        Atomic.text(target, "old");
        assertThatThrownBy(() -> Atomic.file(target, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[100]));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(target + ": cannot be written: No space left on device");
        assertThat(target).hasContent("old");
        assertThat(HandMade.namesIn(folder)).containsExactly("state");
    }

    @Test
    void showsAFolderOnlyWhenItIsWhole() throws IOException {
        Path target = folder.resolve("step");
        Atomic.folder(target, partial -> {
            Files.createDirectories(partial.resolve("a/b"));
            Files.writeString(partial.resolve("a/b/c.txt"), "deep");
            Files.writeString(partial.resolve("d.txt"), "flat");
            assertThat(target).doesNotExist();
        });
        assertThat(target.resolve("a/b/c.txt")).hasContent("deep");
        assertThat(target.resolve("d.txt")).hasContent("flat");
        assertThat(HandMade.namesIn(folder)).containsExactly("step");
    }

    @Test
    void leavesNothingWhenFillingAFolderFails() throws IOException {
        assertThatThrownBy(() -> Atomic.folder(folder.resolve("step"), partial -> {
                    Files.writeString(
                            Files.createDirectory(partial.resolve("a")).resolve("b"), "half");
                    throw new IllegalStateException("stopped");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("stopped");
        assertThat(HandMade.namesIn(folder)).isEmpty();
    }

    @Test
    void refusesToReplaceAFolderEvenIfEmpty() throws IOException {
        Path target = Files.createDirectory(folder.resolve("step"));
        assertThatThrownBy(() -> Atomic.folder(target, partial -> {
                    throw new AssertionError("nothing is to be written");
                }))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(target + ": cannot be written: it exists already: " + target);
        assertThat(HandMade.namesIn(folder)).containsExactly("step");
    }

    @Test
    void worksWithNamesWithoutAFolder() throws IOException {
        Path relative = Path.of("atomic-test.tmp");
        try {
            Atomic.text(relative, "here");
            assertThat(relative).hasContent("here");
        } finally {
            Files.deleteIfExists(relative);
        }
    }

    @Test
    void deletesAFolderWhole() throws IOException {
        Path target = Files.createDirectory(folder.resolve("step"));
        Path outside = Files.writeString(folder.resolve("outside"), "kept");
        Files.createSymbolicLink(target.resolve("link"), outside);
        Files.writeString(Files.createDirectory(target.resolve("a")).resolve("b"), "gone");
        Atomic.delete(target);
        assertThat(HandMade.namesIn(folder)).containsExactly("outside");
        assertThat(outside).hasContent("kept");
    }

    @Test
    void saysWhatCannotBeDeleted() {
        Path absent = folder.resolve("absent");
        assertThatThrownBy(() -> Atomic.delete(absent))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(absent + ": cannot be deleted: no such file or folder");
    }

    @Test
    void sweepsTheLeftoversOfKilledWritersAndNothingElse() throws IOException {
        Files.writeString(folder.resolve(".model.safetensors.0123456789abcdef.partial"), "half");
        Path half = Files.createDirectory(folder.resolve(".step-000123.fedcba9876543210.partial"));
        Files.writeString(half.resolve("model.safetensors"), "half");
        List<String> others = List.of(
                ".hidden", ".notes.partial", ".x.0123.partial", "0123456789abcdef.partial", "model.safetensors");
        for (String other : others) {
            Files.writeString(folder.resolve(other), "a person's");
        }
        Atomic.sweep(folder);
        assertThat(HandMade.namesIn(folder)).containsExactlyElementsOf(others);
    }
}
