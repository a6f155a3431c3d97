package io.attend.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static final String DAMAGED = "; the file is damaged: download or save it again";
    private static final String ONE = "model-00001-of-00002.safetensors";
    private static final String TWO = "model-00002-of-00002.safetensors";

    @TempDir
    private Path folder;

    private void write(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve(name), bytes);
    }

    private void writeIndex(String json) throws IOException {
        Files.writeString(folder.resolve(Checkpoint.INDEX), json);
    }

    /// `b` and `a` in the first shard, `c` in the second, and an index in the order of names, as Hugging Face
    /// writes it.
    private void writeShards() throws IOException {
        write(ONE, HandMade.scalars("b", "a"));
        write(TWO, HandMade.scalars("c"));
        writeIndex("""
                {
                  "metadata": {"total_size": 13476831232.0, "note": [{"anything": null}]},
                  "weight_map": {"a": "%s", "b": "%s", "c": "%s"}
                }
                """.formatted(ONE, ONE, TWO));
    }

    private void refuses(Path named, String message) {
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(named + ": " + message);
    }

    private void refusesIndex(String message) {
        refuses(folder.resolve(Checkpoint.INDEX), message);
    }

    @Test
    void readsASingleFile() throws IOException {
        write("model.safetensors", HandMade.scalars("x", "y"));
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThat(checkpoint.entries()).containsOnlyKeys("x", "y");
        assertThat(checkpoint.data("y").toArray(JAVA_BYTE)).containsExactly(4, 5, 6, 7);
    }

    @Test
    void readsShardsAsOne() throws IOException {
        writeShards();
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThat(checkpoint.entries().keySet()).containsExactly("b", "a", "c");
        assertThat(checkpoint.data("a").toArray(JAVA_BYTE)).containsExactly(4, 5, 6, 7);
        assertThat(checkpoint.data("c").toArray(JAVA_BYTE)).containsExactly(0, 1, 2, 3);
    }

    /// As the reference does when a folder has both.
    @Test
    void prefersTheSingleFileToShards() throws IOException {
        writeShards();
        write("model.safetensors", HandMade.scalars("x"));
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThat(checkpoint.entries()).containsOnlyKeys("x");
    }

    @Test
    void readsALinkedFile() throws IOException {
        write("blob", HandMade.scalars("x"));
        Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("blob"));
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThat(checkpoint.entries()).containsOnlyKeys("x");
    }

    @Test
    void namesTheFolderWhenATensorIsMissing() throws IOException {
        writeShards();
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThatThrownBy(() -> checkpoint.data("d"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder + ": has no tensor d; its 3 tensors: b, a, c");
    }

    @Test
    void refusesAMissingShard() throws IOException {
        writeShards();
        Files.delete(folder.resolve(TWO));
        refusesIndex("names the shard " + TWO + ", which is not beside it: download it too");
    }

    @Test
    void refusesADamagedShard() throws IOException {
        writeShards();
        write(TWO, new byte[3]);
        refuses(folder.resolve(TWO), "has 3 bytes, too few for a header after the 8 of its length" + DAMAGED);
    }

    @Test
    void refusesATensorInAnotherShardThanTheIndexSays() throws IOException {
        writeShards();
        write(ONE, HandMade.scalars("b", "a", "c"));
        refusesIndex("places tensor c in " + TWO + " but it is in " + ONE + DAMAGED);
    }

    @Test
    void refusesATensorThatTheIndexDoesNotName() throws IOException {
        writeShards();
        write(TWO, HandMade.scalars("c", "d"));
        refusesIndex("places tensor d in no shard but it is in " + TWO + DAMAGED);
    }

    @Test
    void refusesATensorThatNoShardHas() throws IOException {
        writeShards();
        write(ONE, HandMade.scalars("b"));
        refusesIndex("places tensor a in " + ONE + " but it is not there" + DAMAGED);
    }

    /// An index may not make us open files elsewhere.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.safetensors",
                "/etc/secret.safetensors",
                "sub/secret.safetensors",
                "..\\\\secret.safetensors",
                "pytorch_model.bin",
                "..",
                ""
            })
    void refusesAShardThatIsNoFileBesideTheIndex(String shard) throws IOException {
        writeIndex("{\"weight_map\":{\"a\":\"%s\"}}".formatted(shard));
        refusesIndex("tensor a is placed in " + shard.replace("\\\\", "\\")
                + ", which is not the name of a .safetensors file beside the index" + DAMAGED);
    }

    @Test
    void refusesAShardNameThatNoFileCanHave() throws IOException {
        writeIndex("{\"weight_map\":{\"a\":\"x\\u0000.safetensors\"}}");
        refusesIndex("tensor a is placed in x\\u0000.safetensors, which is not the name of a .safetensors file"
                + " beside the index" + DAMAGED);
    }

    @Test
    void refusesAnIndexThatIsNoJson() throws IOException {
        writeIndex("weights");
        refusesIndex("the index is not JSON at character 0: Unrecognized token 'weights': was expecting (JSON String,"
                + " Number, Array, Object or token 'null', 'true' or 'false')" + DAMAGED);
    }

    @Test
    void refusesANameThatStandsTwiceInTheIndex() throws IOException {
        writeIndex("{\"weight_map\":{\"a\":\"%s\",\"a\":\"%s\"}}".formatted(ONE, TWO));
        refusesIndex("weight_map has the key a twice" + DAMAGED);
    }

    @Test
    void refusesAnUnknownKeyInTheIndex() throws IOException {
        writeIndex("{\"weights\":{}}");
        refusesIndex("the key weights is unknown; known: metadata, weight_map" + DAMAGED);
    }

    @Test
    void refusesAnIndexWithoutTensors() throws IOException {
        writeIndex("{\"metadata\":{}}");
        refusesIndex("weight_map places no tensor" + DAMAGED);
    }

    @Test
    void refusesAnIndexNestedTooDeep() throws IOException {
        writeIndex("{\"metadata\":" + "[".repeat(50_000));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("the index is not JSON: Document nesting depth (17) exceeds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch_model.bin", "pytorch_model-00001-of-00003.bin", "model.pth", "consolidated.00.pt"})
    void refusesPickles(String name) throws IOException {
        write(name, new byte[100]);
        write("config.json", new byte[2]);
        refuses(
                folder,
                "has only pickled weights, " + name + ", and reading a pickle runs the code in it; where you trust it,"
                        + " load it and save it again as safetensors:"
                        + " model.save_pretrained(folder, safe_serialization=True)");
    }

    @Test
    void readsSafetensorsBesideAPickle() throws IOException {
        write("pytorch_model.bin", new byte[100]);
        write("model.safetensors", HandMade.scalars("x"));
        Checkpoint.open(folder);
    }

    @Test
    void refusesAFolderWithoutWeights() {
        refuses(folder, "has neither model.safetensors nor model.safetensors.index.json; name a folder that has one");
    }

    @Test
    void refusesAFolderThatIsNotThere() {
        Path absent = folder.resolve("absent");
        assertThatThrownBy(() -> Checkpoint.open(absent)).hasMessage(absent + ": no such folder");
    }
}
