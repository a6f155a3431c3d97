package io.attend.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.attend.checkpoint.Safetensors.Entry;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    private Path folder;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("model.safetensors"), bytes);
    }

    /// Out of order, spaced and padded as the format allows.
    @Test
    void readsNamesTypesShapesBytesAndMetadata() throws IOException {
        String header = """
                {"__metadata__":{"format":"pt","naïve":"日本 \\"x\\""},
                 "b":{"dtype":"U8","shape":[3],"data_offsets":[12,15]},
                 "a.weight":{"shape":[3, 2],"data_offsets":[0, 12],"dtype":"BF16"}}\s\s\s""";
        int start = 8 + header.getBytes(StandardCharsets.UTF_8).length;
        Safetensors file = Safetensors.open(file(HandMade.safetensors(header, 15)));
        assertThat(file.entries())
                .containsExactly(
                        entry("a.weight", new Entry("a.weight", DType.BFLOAT16, Shape.of(3, 2), start, 12)),
                        entry("b", new Entry("b", DType.UINT8, Shape.of(3), start + 12, 3)));
        assertThat(file.data("a.weight").toArray(JAVA_BYTE)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(file.data("b").toArray(JAVA_BYTE)).containsExactly(12, 13, 14);
        assertThat(file.metadata()).containsExactly(entry("format", "pt"), entry("naïve", "日本 \"x\""));
    }

    @Test
    void readsNumbersAndEmptyTensorsAnywhere() throws IOException {
        String header = """
                {"none":{"dtype":"F32","shape":[5,0,7],"data_offsets":[8,8]},\
                "one":{"dtype":"F64","shape":[],"data_offsets":[0,8]},\
                "first":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}}""";
        Safetensors file = Safetensors.open(file(HandMade.safetensors(header, 8)));
        assertThat(file.entries().keySet()).containsExactly("first", "one", "none");
        assertThat(file.entries().get("one").shape().rank()).isZero();
        assertThat(file.data("one").toArray(JAVA_BYTE)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(file.data("none").byteSize()).isZero();
        assertThat(file.entries().get("none").shape()).isEqualTo(Shape.of(5, 0, 7));
    }

    @Test
    void readsAFileWithoutTensors() throws IOException {
        Safetensors file = Safetensors.open(file(HandMade.safetensors("{}", 0)));
        assertThat(file.entries()).isEmpty();
        assertThat(file.metadata()).isEmpty();
    }

    /// The values are those `od -t d8` and `od -t f4` print at the tensors' places.
    @Test
    void readsFilesOfTheReferenceImplementation() {
        Safetensors file = Safetensors.open(HandMade.reference("fnet-expected.safetensors"));
        assertThat(file.metadata()).contains(entry("format", "pt"), entry("class", "FNetModel"));
        assertThat(file.entries().keySet())
                .containsExactly(
                        "in.input_ids",
                        "in.token_type_ids",
                        "out.hidden.0",
                        "out.hidden.1",
                        "out.hidden.2",
                        "out.last_hidden_state",
                        "out.pooler_output");
        assertThat(file.entries().get("in.input_ids"))
                .isEqualTo(new Entry("in.input_ids", DType.INT64, Shape.of(2, 24), 648, 384));
        assertThat(file.data("in.input_ids").asSlice(0, 48).toArray(JAVA_LONG)).containsExactly(84, 14, 49, 37, 33, 91);
        assertThat(file.data("out.pooler_output").asSlice(0, 16).toArray(JAVA_FLOAT))
                .containsExactly(0.9819717f, 0.16126354f, 0.5588917f, -0.86316115f);
        Safetensors squeezebert = Safetensors.open(HandMade.reference("squeezebert-model.safetensors"));
        assertThat(squeezebert.entries()).hasSize(39);
        assertThat(squeezebert
                        .data("embeddings.LayerNorm.weight")
                        .asSlice(0, 16)
                        .toArray(JAVA_FLOAT))
                .containsExactly(0.79630566f, 1.1199645f, 1.4074858f, 1.3895553f);
    }

    @Test
    void writingIntoATensorChangesThisMappingOnly() throws IOException {
        byte[] bytes = HandMade.scalars("w");
        Path path = file(bytes);
        Safetensors file = Safetensors.open(path);
        Safetensors other = Safetensors.open(path);
        file.data("w").set(JAVA_BYTE, 0, (byte) 77);
        assertThat(file.data("w").get(JAVA_BYTE, 0)).isEqualTo((byte) 77);
        assertThat(other.data("w").get(JAVA_BYTE, 0)).isEqualTo((byte) 0);
        assertThat(path).hasBinaryContent(bytes);
    }

    @Test
    void readsAFileReplacedWhileOpenAsItWas() throws IOException {
        Path path = file(HandMade.scalars("old"));
        Safetensors file = Safetensors.open(path);
        SafetensorsWriter.write(path, Map.of(), List.of());
        assertThat(file.data("old").toArray(JAVA_BYTE)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void isReadableFromEveryThread() throws IOException {
        Safetensors file = Safetensors.open(file(HandMade.scalars("w")));
        MemorySegment data = file.data("w");
        assertThat(CompletableFuture.supplyAsync(() -> data.get(JAVA_BYTE, 3)).join())
                .isEqualTo((byte) 3);
    }

    /// 256 GiB, of which the file system stores a page or two: what is not touched costs nothing.
    @Test
    void opensAFileLargerThanMemory() throws IOException {
        long bytes = 256L << 30;
        String header = "{\"huge\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}".formatted(bytes, bytes);
        Path path = file(HandMade.safetensors(header, 0));
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            sparse.setLength(sparse.length() + bytes);
            sparse.seek(sparse.length() - 1);
            sparse.write(42);
        }
        Safetensors file = Safetensors.open(path);
        assertThat(file.data("huge").get(JAVA_BYTE, bytes - 1)).isEqualTo((byte) 42);
    }

    @Test
    void namesTheTensorsItHasWhenAskedForAnother() throws IOException {
        Path path = file(HandMade.scalars("a", "b", "c", "d", "e", "f"));
        Safetensors file = Safetensors.open(path);
        assertThatThrownBy(() -> file.data("g"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path + ": has no tensor g; its 6 tensors: a, b, c, d, e, ...");
    }
}
