package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Inputs;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.SafetensorsWriter;
import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.checkpoint.gguf.Bf16;
import io.attend.checkpoint.gguf.BlockFormat;
import io.attend.checkpoint.gguf.F16;
import io.attend.checkpoint.gguf.F32;
import io.attend.checkpoint.gguf.Q40;
import io.attend.checkpoint.gguf.Q80;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.verify.Verification;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Folders of Hugging Face's as GGUF files, and back.
class GgufFamilyTest {
    private static final List<String> LANGUAGE_MODELS = List.of(
            "llama-mha",
            "llama-gqa",
            "llama-bias",
            "llama-rope-linear",
            "llama-rope-llama3",
            "mistral-window",
            "mixtral-moe",
            "qwen2-lm",
            "gemma-lm",
            "phi-lm",
            "gpt2-lm",
            "falcon-mqa",
            "falcon-newarch",
            "bloom-lm");

    static Stream<String> everyArchitecture() {
        return Stream.concat(LANGUAGE_MODELS.stream(), Stream.of("bert-base"));
    }

    private static Path gguf(String name, Path into, BlockFormat.Writable format) {
        try (Pretrained loaded = Pretrained.load(Fixtures.folder(name))) {
            loaded.saveGguf(into.resolve("model.gguf"), format, Map.of());
        }
        return into.resolve("model.gguf");
    }

    /// What Hugging Face's class computed, the GGUF file of its folder computes.
    @ParameterizedTest
    @MethodSource("everyArchitecture")
    void aFileOfFloat32ComputesWhatTheFolderDid(String name, @TempDir Path folder) throws IOException {
        gguf(name, folder, new F32());
        Files.copy(Fixtures.folder(name).resolve("expected.safetensors"), folder.resolve("expected.safetensors"));
        List<Verification.Check> checks = Verification.of(folder, Verification.TOLERANCE);
        assertThat(checks).hasSizeGreaterThan(5);
        for (Verification.Check check : checks) {
            if (name.equals("bert-base") && check.name().contains("pooler")) {
                assertThat(check.passed()).isFalse(); // GGUF has no pooler
            } else if (!name.equals("mixtral-moe") || !check.name().matches("grad.*|out\\.loss")) {
                // of Mixtral GGUF does not say how much the balance of its router counts in training
                assertThat(check.passed()).as("%s", check).isTrue();
            }
        }
    }

    static Stream<Arguments> everyFormat() {
        return Stream.<BlockFormat.Writable>of(new F16(), new Bf16(), new Q80(), new Q40())
                .flatMap(format -> everyArchitecture().map(name -> Arguments.of(name, format)));
    }

    /// A narrower file computes what the folder does with its matrices, as they are multiplied, written so and
    /// expanded.
    @ParameterizedTest
    @MethodSource("everyFormat")
    void aNarrowerFileComputesWhatItsNumbersSay(
            String name, BlockFormat.Writable format, @TempDir Path file, @TempDir Path expanded) throws IOException {
        Path source = Fixtures.folder(name);
        Files.copy(source.resolve("config.json"), expanded.resolve("config.json"));
        Checkpoint checkpoint = Checkpoint.open(source);
        List<Item> items = new ArrayList<>();
        checkpoint.entries().forEach((key, entry) -> {
            float[] numbers = checkpoint.data(key).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            boolean transposed = name.startsWith("gpt2") && key.matches(".*c_(attn|proj|fc)\\.weight");
            float[] rounded =
                    key.matches(".*(wpe|position_embeddings|token_type_embeddings|block_sparse_moe\\.gate)\\.weight")
                                    || entry.shape().rank() < 2
                            ? numbers
                            : rounded(numbers, entry.shape(), transposed, format);
            byte[] bytes = new byte[rounded.length * Float.BYTES];
            new F32().encode(rounded, bytes, rounded.length);
            items.add(Item.of(key, DType.FLOAT32, entry.shape(), MemorySegment.ofArray(bytes)));
        });
        SafetensorsWriter.write(expanded.resolve("model.safetensors"), Map.of(), items);
        float[] actual = outputs(gguf(name, file, format), name.equals("bert-base"));
        float[] wanted = outputs(expanded, name.equals("bert-base"));
        assertThat(actual).isEqualTo(wanted);
        assertThat(actual).isNotEqualTo(outputs(source, name.equals("bert-base")));
    }

    private static float[] rounded(float[] numbers, Shape shape, boolean transposed, BlockFormat.Writable format) {
        int rows = (int) shape.size(0);
        int columns = (int) shape.size(1);
        float[] laid = transposed ? transpose(numbers, rows, columns) : numbers;
        int row = transposed ? rows : columns;
        BlockFormat.Writable used = row % format.elements() == 0 ? format : new F16();
        int blocks = laid.length / used.elements();
        byte[] bytes = new byte[blocks * used.bytes()];
        used.encode(laid, bytes, blocks);
        float[] back = new float[laid.length];
        used.decode(bytes, back, blocks);
        return transposed ? transpose(back, columns, rows) : back;
    }

    private static float[] transpose(float[] numbers, int rows, int columns) {
        float[] transposed = new float[numbers.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                transposed[j * rows + i] = numbers[i * columns + j];
            }
        }
        return transposed;
    }

    /// The last hidden states of an encoder, whose pooler a file lacks; the scores of others.
    private static float[] outputs(Path path, boolean encoder) {
        try (Pretrained pretrained = Pretrained.load(path);
                Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Tensor ids = Tensor.of(new long[] {3, 14, 15, 9, 2, 6, 5}, 1, 7);
            Map<String, Tensor> outputs = pretrained
                    .model()
                    .outputs(
                            Inputs.of(new Tokens(ids, Optional.empty(), Optional.empty(), Optional.empty())),
                            Context.inference());
            return outputs.get(encoder ? "last_hidden_state" : "logits").toFloats();
        }
    }

    /// A folder made of a file is the folder the file was made of.
    @ParameterizedTest
    @MethodSource("everyArchitecture")
    void aFolderOfAFileIsTheFolderItWasMadeOf(String name, @TempDir Path file, @TempDir Path again) {
        try (Pretrained loaded = Pretrained.load(gguf(name, file, new F32()))) {
            loaded.save(again);
        }
        Checkpoint before = Checkpoint.open(Fixtures.folder(name));
        Checkpoint after = Checkpoint.open(again);
        Set<String> rest = new java.util.TreeSet<>(before.entries().keySet());
        rest.removeAll(after.entries().keySet());
        assertThat(rest).allMatch(missing -> missing.contains("pooler"));
        after.entries().forEach((key, entry) -> {
            assertThat(entry.shape()).isEqualTo(before.entries().get(key).shape());
            if (!name.equals("gemma-lm")) { // whose norms are one more in a file, and lose bits
                assertThat(after.data(key).mismatch(before.data(key))).as(key).isEqualTo(-1);
            }
        });
        try (Pretrained loaded = Pretrained.load(again)) {
            assertThat(outputs(again, name.equals("bert-base")).length).isPositive();
            assertThat(loaded.mapping().architecture().width()).isPositive();
        }
    }

    /// What is bfloat16 in a folder is bfloat16 in a file and again in the model, bit for bit.
    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa", "bloom-lm", "gpt2-lm"})
    void bfloat16StaysWhatItIs(String name, @TempDir Path folder, @TempDir Path file) throws IOException {
        Path source = Fixtures.folder(name);
        Files.copy(source.resolve("config.json"), folder.resolve("config.json"));
        Checkpoint checkpoint = Checkpoint.open(source);
        List<Item> items = new ArrayList<>();
        checkpoint.entries().forEach((key, entry) -> {
            float[] numbers = checkpoint.data(key).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            byte[] bytes = new byte[numbers.length * 2];
            new Bf16().encode(numbers, bytes, numbers.length);
            items.add(Item.of(key, DType.BFLOAT16, entry.shape(), MemorySegment.ofArray(bytes)));
        });
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(), items);
        try (Pretrained loaded = Pretrained.load(folder)) {
            loaded.saveGguf(file.resolve("model.gguf"), new Bf16(), Map.of());
            try (Pretrained again = Pretrained.load(file)) {
                for (int i = 0; i < loaded.model().weights().size(); i++) {
                    Tensor before = loaded.model().weights().get(i).tensor();
                    Tensor after = again.model().weights().get(i).tensor();
                    assertThat(after.dtype()).isEqualTo(DType.BFLOAT16);
                    assertThat(after.memory().mismatch(before.memory())).isEqualTo(-1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"falcon-alibi", "llama-rope-dynamic", "bloom-heads6-postln", "gpt2-scaled"})
    void whatAFileCannotSayIsNamed(String name, @TempDir Path folder) {
        try (Pretrained loaded = Pretrained.load(Fixtures.folder(name))) {
            assertThatThrownBy(() -> loaded.saveGguf(folder.resolve("model.gguf"), new F32(), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching(
                            "(?s).*(alibi|rope_scaling|apply_residual_connection_post_layernorm|activation_function).*");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aModelTypeWithoutAFormInGgufIsNamed(@TempDir Path folder) {
        try (Pretrained loaded = Pretrained.load(Fixtures.folder("opt-lm"))) {
            assertThatThrownBy(() -> loaded.saveGguf(folder.resolve("model.gguf"), new F32(), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("model_type \"opt\"")
                    .hasMessageContaining("llama");
        }
    }

    @Test
    void ofSeveralFilesInAFolderOneMustBeNamed(@TempDir Path folder) throws IOException {
        Path first = gguf("gpt2-lm", folder, new F32());
        Files.copy(first, folder.resolve("other.gguf"));
        assertThatThrownBy(() -> Pretrained.load(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("2 GGUF files; name one")
                .hasMessageContaining("other.gguf");
    }

    @Test
    void whatGgufHasNoPlaceForIsTold(@TempDir Path folder) {
        try (Pretrained loaded = Pretrained.load(Fixtures.folder("bert-base"))) {
            assertThat(loaded.saveGguf(folder.resolve("model.gguf"), new F32(), Map.of()))
                    .containsOnlyKeys("pooler.dense.weight", "pooler.dense.bias")
                    .containsValue("GGUF has no pooler");
        }
    }
}
