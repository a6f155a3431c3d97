package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.SafetensorsWriter;
import io.attend.checkpoint.SafetensorsWriter.Item;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is wrong with a folder is named, whatever it is; [FamilyTest] and [PretrainedTest] hold what concerns
/// tensors and types.
class StrictLoadingTest {
    @TempDir
    private Path folder;

    private void refused(String... named) {
        var thrown = assertThatThrownBy(() -> Pretrained.load(folder).close()).isInstanceOf(CheckpointException.class);
        for (String name : named) {
            thrown.hasMessageContaining(name);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    gpt2-lm   | "n_head": 4            | "n_head": 5            | 5
                    gpt2-lm   | "n_embd": 32           | "n_embd": "wide"       | n_embd is "wide", which Attend does not know; known: a whole number
                    gpt2-lm   | "n_layer": 2           | "n_layer": 2000000000  | n_layer is 2000000000
                    llama-gqa | "num_key_value_heads": 2 | "num_key_value_heads": 3 | 3
                    llama-gqa | "rms_norm_eps": 1e-05  | "rms_norm_eps": []     | rms_norm_eps is []
                    """)
    void aWrongValueIsNamed(String name, String text, String by, String named) throws IOException {
        Fixtures.copy(name, folder);
        Fixtures.replace(folder, text, by);
        refused("config.json", named);
    }

    @Test
    void whatDoesNotFitEndsWithWhatToDo() throws IOException {
        Fixtures.copy("bert-base", folder);
        Fixtures.replace(folder, "\"intermediate_size\": 56", "\"intermediate_size\": 41");
        refused(
                "6 tensors do not fit config.json: encoder.layer.0.intermediate.dense.weight is [56, 32], but"
                        + " config.json says [41, 32]; ",
                ". Use the config.json that the weights were saved with, or download both again");
    }

    @Test
    void aKeyThatIsMissingIsNamedWithWhatToDo() throws IOException {
        Fixtures.copy("bert-base", folder);
        Files.writeString(folder.resolve("config.json"), "{\"hidden_size\": 32}");
        refused("config.json: model_type is missing, and nothing else says it; add it");
    }

    @Test
    void pickledWeightsAreRefusedWithTheReasonAndTheWayOut() throws IOException {
        Files.copy(Fixtures.folder("gpt2-lm").resolve("config.json"), folder.resolve("config.json"));
        Files.write(folder.resolve("pytorch_model.bin"), new byte[] {(byte) 0x80, 2});
        refused("pytorch_model.bin", "reading a pickle runs the code in it", "safe_serialization=True");
    }

    @Test
    void aShardThatIsMissingIsNamed() throws IOException {
        Files.copy(Fixtures.folder("gpt2-lm").resolve("config.json"), folder.resolve("config.json"));
        Checkpoint whole = Checkpoint.open(Fixtures.folder("gpt2-lm"));
        StringBuilder map = new StringBuilder();
        whole.entries()
                .keySet()
                .forEach(name -> map.append(map.isEmpty() ? "" : ", ")
                        .append('"')
                        .append(name)
                        .append("\": \"model-00001-of-00001.safetensors\""));
        Files.writeString(
                folder.resolve("model.safetensors.index.json"), "{\"metadata\": {}, \"weight_map\": {" + map + "}}");
        refused("model-00001-of-00001.safetensors", "download it too");
    }

    /// A copy of what is tied may stand in the file, if it is one.
    @Test
    void aCopyOfATiedTensorThatDiffersIsNamed() throws IOException {
        withCopy(0);
        Pretrained.load(folder).close();
        Files.delete(folder.resolve("model.safetensors"));
        withCopy(1);
        refused("lm_head.weight differs from transformer.wte.weight", "tie_word_embeddings");
    }

    private void withCopy(float difference) throws IOException {
        if (!Files.exists(folder.resolve("config.json"))) {
            Files.copy(Fixtures.folder("gpt2-lm").resolve("config.json"), folder.resolve("config.json"));
        }
        Checkpoint checkpoint = Checkpoint.open(Fixtures.folder("gpt2-lm"));
        List<Item> items = new ArrayList<>();
        checkpoint
                .entries()
                .forEach(
                        (name, entry) -> items.add(Item.of(name, entry.dtype(), entry.shape(), checkpoint.data(name))));
        var table = checkpoint.entries().get("transformer.wte.weight");
        MemorySegment copy = MemorySegment.ofArray(checkpoint.data(table.name()).toArray(ValueLayout.JAVA_BYTE));
        copy.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, copy.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0) + difference);
        items.add(Item.of("lm_head.weight", table.dtype(), table.shape(), copy));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(), items);
    }
}
