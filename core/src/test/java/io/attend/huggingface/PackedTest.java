package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Architecture;
import io.attend.architecture.Inputs;
import io.attend.architecture.Presets;
import io.attend.checkpoint.gguf.Bf16;
import io.attend.checkpoint.gguf.BlockFormat;
import io.attend.checkpoint.gguf.F32;
import io.attend.checkpoint.gguf.Q40;
import io.attend.checkpoint.gguf.Q80;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.model.Session;
import io.attend.model.Transformer;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A packed model is the model whose weights are the packed numbers: held against one that has those numbers,
/// decoded, as ordinary tensors.
class PackedTest {
    private static final String LLAMA = """
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 101, "hidden_size": 64,
             "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
             "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "tie_word_embeddings": false}
            """;

    private static List<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        Map<String, Architecture> architectures = Map.of(
                "llama", Mapping.of(Config.parse(Path.of("config.json"), LLAMA)).architecture(),
                "gpt", Presets.gpt(101, 2, Presets.Size.width(64), 37),
                "bert", Presets.bert(101, 2, Presets.Size.width(64), 37),
                "transformer", Presets.transformer(101, 2, Presets.Size.width(64), 0));
        for (BlockFormat.Writable format : List.of(new F32(), new Bf16(), new Q80(), new Q40())) {
            architectures.forEach((name, value) -> cases.add(Arguments.of(name, value, format)));
        }
        return cases;
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("cases")
    void scoresAreThoseOfTheDecodedNumbers(String name, Architecture architecture, BlockFormat.Writable format) {
        double slack = format instanceof Q40 ? 5e-3 : 2e-5; // Q4_0 rounds the vectors it multiplies to 11 bits
        try (Transformer packed = Transformer.initialize(architecture, Device.CPU, 5);
                Transformer decoded = Transformer.initialize(architecture, Device.CPU, 5);
                Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            round(decoded, format);
            packed.pack(format);
            assertThat(packed.parameters().stream()
                            .filter(p -> p.packed().isPresent())
                            .count())
                    .isGreaterThan(8);
            for (int length : new int[] {3, 17}) { // few rows at once, and many
                Inputs inputs = architecture.topology().stacks().size() == 2
                        ? Inputs.of(tokens(length), tokens(5))
                        : Inputs.of(tokens(length));
                same(packed.forward(inputs, Context.inference()), decoded.forward(inputs, Context.inference()), slack);
            }
            if (architecture.topology().generates()) {
                Optional<io.attend.embedding.Input> source =
                        architecture.topology().reads() ? Optional.of(tokens(7)) : Optional.empty();
                try (Session one = packed.session(source);
                        Session other = decoded.session(source)) {
                    same(one.all(tokens(11)), other.all(tokens(11)), slack);
                    for (int i = 0; i < 5; i++) {
                        same(one.next(tokens(1)), other.all(tokens(1)).select(1, 0), slack);
                    }
                }
            }
        }
    }

    private static Tokens tokens(int length) {
        long[] ids = new long[length];
        for (int i = 0; i < length; i++) {
            ids[i] = (i * 29L + 3) % 101;
        }
        return Tokens.of(Tensor.of(ids, 1, length));
    }

    /// Gives every matrix the numbers that the format leaves of its own.
    private static void round(Transformer model, BlockFormat.Writable format) {
        for (Parameter parameter : model.parameters()) {
            if (parameter.isPackable()) {
                float[] numbers = parameter.tensor().toFloats();
                byte[] blocks = new byte[(int) format.bytes(numbers.length)];
                format.encode(numbers, blocks, numbers.length / format.elements());
                format.decode(blocks, numbers, numbers.length / format.elements());
                parameter.tensor().memory().copyFrom(java.lang.foreign.MemorySegment.ofArray(numbers));
            }
        }
    }

    private static void same(Tensor actual, Tensor expected, double slack) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double most = expected.abs().flatten(0, -1).amax(0, Tensor.Axis.DROPPED).item();
        double apart = actual.sub(expected)
                .abs()
                .flatten(0, -1)
                .amax(0, Tensor.Axis.DROPPED)
                .item();
        assertThat(apart).isLessThanOrEqualTo(slack * most);
    }

    @Test
    void rowsThatAreNoWholeBlocksAreNamed() {
        try (Pretrained pretrained = Pretrained.load(Fixtures.folder("llama-gqa"))) {
            assertThatThrownBy(() -> pretrained.model().pack(new Q80()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "rows of decoder.0.feed.outer.weight [32, 56], decoder.1.feed.outer.weight [32, 56] are not"
                                    + " whole blocks of 32, so they cannot be Q8_0; choose F32 or BF16");
            assertThat(pretrained.model().parameters())
                    .noneMatch(p -> p.packed().isPresent());
            pretrained.model().pack(new Bf16());
            assertThatThrownBy(() -> pretrained.save(Path.of("nowhere")))
                    .hasMessageContaining("is packed for inference (BF16)");
        }
    }

    @Test
    void blocksOfAFileAreUsedWhereTheyLie(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), LLAMA);
        Path file = folder.resolve("model.gguf");
        Architecture architecture =
                Mapping.of(Config.parse(Path.of("config.json"), LLAMA)).architecture();
        try (Transformer model = Transformer.initialize(architecture, Device.CPU, 3)) {
            Pretrained.of(model).saveGguf(file, new Q80(), Map.of());
        }
        Files.delete(folder.resolve("config.json"));
        try (Pretrained packed = Pretrained.packed(file);
                Pretrained expanded = Pretrained.load(file);
                Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open();
                Session one = packed.model().session(Optional.empty());
                Session other = expanded.model().session(Optional.empty())) {
            List<Parameter> matrices = packed.model().parameters().stream()
                    .filter(Parameter::isPackable)
                    .toList();
            assertThat(matrices)
                    .hasSize(16)
                    .allMatch(p -> p.packed().orElseThrow().label().equals("Q8_0"));
            same(one.all(tokens(11)), other.all(tokens(11)), 2e-5);
            for (int i = 0; i < 5; i++) {
                same(one.next(tokens(1)), other.all(tokens(1)).select(1, 0), 2e-5);
            }
            byte[] first = matrices.getFirst().packed().orElseThrow().data().toArray(ValueLayout.JAVA_BYTE);
            assertThat(Files.readAllBytes(file)).containsSequence(first);
        }
    }
}
