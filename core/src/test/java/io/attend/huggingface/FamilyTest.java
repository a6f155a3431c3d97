package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Architecture;
import io.attend.architecture.Decoder;
import io.attend.architecture.Presets;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.Safetensors.Entry;
import io.attend.checkpoint.SafetensorsWriter;
import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.layer.Bias;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.norm.LayerNorm;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/// What every family owes, over every folder of every family.
class FamilyTest {
    static List<Path> folders() {
        return Fixtures.all();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void namesAndShapesFollowFromTheConfiguration(Path folder) {
        Map<String, Shape> file = new TreeMap<>();
        Checkpoint.open(folder).entries().forEach((name, entry) -> file.put(name, entry.shape()));
        assertThat(new TreeMap<>(Pretrained.describe(folder).table().stored())).isEqualTo(file);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void whatIsLoadedIsSavedBitForBit(Path folder, @TempDir Path copy) throws IOException {
        try (Pretrained loaded = Pretrained.load(folder)) {
            loaded.save(copy);
        }
        Checkpoint before = Checkpoint.open(folder);
        Checkpoint after = Checkpoint.open(copy);
        assertThat(after.entries().keySet())
                .containsExactlyInAnyOrderElementsOf(before.entries().keySet());
        before.entries().forEach((name, entry) -> {
            Entry again = after.entries().get(name);
            assertThat(again.shape()).as(name).isEqualTo(entry.shape());
            assertThat(again.dtype()).as(name).isEqualTo(entry.dtype());
            assertThat(after.data(name).mismatch(before.data(name))).as(name).isEqualTo(-1);
        });
        JsonMapper json = JsonMapper.builder().build();
        assertThat(json.readTree(Files.readString(copy.resolve("config.json"))))
                .isEqualTo(json.readTree(Files.readString(folder.resolve("config.json"))));
        try (Pretrained again = Pretrained.load(copy)) {
            assertThat(again.model().architecture())
                    .isEqualTo(Pretrained.describe(folder).architecture());
        }
    }

    /// One folder of each family, for what is the same in all folders of it.
    static Stream<Path> oneOfEach() {
        return Fixtures.all().stream()
                .collect(Collectors.toMap(
                        folder -> Config.of(folder).modelType(), folder -> folder, (first, _) -> first, TreeMap::new))
                .values()
                .stream();
    }

    @ParameterizedTest
    @MethodSource("oneOfEach")
    void anUnknownKeyIsNamed(Path folder, @TempDir Path copy) throws IOException {
        Path changed = Fixtures.copy(folder.getFileName().toString(), copy);
        Fixtures.replace(changed, "\"model_type\"", "\"warp_factor\": 7, \"model_type\"");
        assertThatThrownBy(() -> Pretrained.describe(changed))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("warp_factor = 7");
    }

    @ParameterizedTest
    @MethodSource("oneOfEach")
    void everyTensorThatDoesNotFitIsListed(Path folder, @TempDir Path copy) throws IOException {
        Path changed = Fixtures.copy(folder.getFileName().toString(), copy);
        Checkpoint checkpoint = Checkpoint.open(folder);
        List<Item> items = new ArrayList<>();
        List<Entry> entries = List.copyOf(checkpoint.entries().values());
        Entry missing = entries.get(0);
        Entry reshaped = entries.get(1);
        for (Entry entry : entries.subList(2, entries.size())) {
            items.add(Item.of(entry.name(), entry.dtype(), entry.shape(), checkpoint.data(entry.name())));
        }
        items.add(Item.of(
                reshaped.name(),
                reshaped.dtype(),
                Shape.of(1, 1, reshaped.shape().count()),
                checkpoint.data(reshaped.name())));
        items.add(Item.of("surplus", DType.FLOAT32, Shape.of(2), MemorySegment.ofArray(new byte[8])));
        Files.delete(changed.resolve("model.safetensors"));
        SafetensorsWriter.write(changed.resolve("model.safetensors"), Map.of(), items);
        assertThatThrownBy(() -> Pretrained.load(changed).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("3 tensors do not fit config.json")
                .hasMessageContaining(missing.name() + " is missing")
                .hasMessageContaining(
                        reshaped.name() + " is [1, 1, " + reshaped.shape().count() + "], but config.json says")
                .hasMessageContaining("surplus [2] has no place");
    }

    @Test
    void anUnknownModelTypeIsNamedWithTheKnownOnes(@TempDir Path copy) throws IOException {
        Path changed = Fixtures.copy("gpt2-lm", copy);
        Fixtures.replace(changed, "\"model_type\": \"gpt2\"", "\"model_type\": \"warp\"");
        assertThatThrownBy(() -> Pretrained.describe(changed))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model_type is \"warp\"")
                .hasMessageContaining("gpt2");
    }

    @Test
    void anUnknownActivationIsNamedWithTheKnownOnes(@TempDir Path copy) throws IOException {
        Path changed = Fixtures.copy("gpt2-lm", copy);
        Fixtures.replace(changed, "\"gelu_new\"", "\"warp\"");
        assertThatThrownBy(() -> Pretrained.describe(changed))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("activation_function is \"warp\"")
                .hasMessageContaining("gelu_new");
    }

    @Test
    void anUnknownClassIsNamedWithTheKnownOnes(@TempDir Path copy) throws IOException {
        Path changed = Fixtures.copy("gpt2-lm", copy);
        Fixtures.replace(changed, "GPT2LMHeadModel", "GPT2Warp");
        assertThatThrownBy(() -> Pretrained.describe(changed))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("GPT2Warp")
                .hasMessageContaining("GPT2LMHeadModel");
    }

    @Test
    void aFileWithoutThePrefixOfItsBodyIsTheSameModelAndStaysAsItWas(@TempDir Path copy, @TempDir Path again)
            throws IOException {
        Path changed = Fixtures.copy("gpt2-lm", copy);
        Checkpoint checkpoint = Checkpoint.open(Fixtures.folder("gpt2-lm"));
        List<Item> items = new ArrayList<>();
        checkpoint
                .entries()
                .values()
                .forEach(entry -> items.add(Item.of(
                        entry.name().substring("transformer.".length()),
                        entry.dtype(),
                        entry.shape(),
                        checkpoint.data(entry.name()))));
        items.add(Item.of("h.0.attn.bias", DType.BOOL, Shape.of(1), MemorySegment.ofArray(new byte[1])));
        Files.delete(changed.resolve("model.safetensors"));
        SafetensorsWriter.write(changed.resolve("model.safetensors"), Map.of(), items);
        try (Pretrained loaded = Pretrained.load(changed)) {
            loaded.save(again);
        }
        assertThat(Checkpoint.open(again).entries().keySet())
                .contains("wte.weight", "h.1.attn.c_attn.weight")
                .doesNotContain("h.0.attn.bias", "transformer.wte.weight");
    }

    /// What a family says of an architecture it has read must, read again, be that architecture.
    @ParameterizedTest
    @MethodSource("folders")
    void everyFamilySaysWhatItHasRead(Path folder) {
        Family family = Family.of(Config.of(folder));
        Architecture architecture = Pretrained.describe(folder).architecture();
        Map<String, Object> keys = family.config(architecture).orElseThrow();
        assertThat(Mapping.of(Config.of(folder.resolve("config.json"), keys))
                        .architecture()
                        .initialized(architecture.initialization()))
                .isEqualTo(architecture);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void aModelTrainedHereIsExportedAndComesBackEqual(Path folder, @TempDir Path copy) {
        Architecture architecture = Pretrained.describe(folder).architecture();
        try (Transformer model = Transformer.initialize(architecture, 7)) {
            Pretrained.of(model).save(copy);
            try (Pretrained again = Pretrained.load(copy)) {
                assertThat(again.model().architecture().initialized(architecture.initialization()))
                        .isEqualTo(architecture);
                for (int i = 0; i < model.weights().size(); i++) {
                    Parameter before = model.weights().get(i);
                    Parameter after = again.model().weights().get(i);
                    assertThat(after.name()).isEqualTo(before.name());
                    assertThat(after.tensor().memory().mismatch(before.tensor().memory()))
                            .as(before.name())
                            .isEqualTo(-1);
                }
            }
        }
        if (Config.of(copy).modelType().equals(Config.of(folder).modelType())) { // several may have the architecture
            assertThat(Checkpoint.open(copy).entries().keySet())
                    .isEqualTo(Checkpoint.open(folder).entries().keySet());
        }
    }

    @Test
    void whatNoFamilyCanExpressIsNamed() {
        Architecture gpt = Presets.gpt(31, 2, Presets.Size.width(10).heads(2), 61);
        Decoder decoder = (Decoder) gpt.topology();
        Architecture other = new Architecture(
                gpt.width(),
                new Decoder(decoder.embedding(), decoder.stack().finalNorm(new LayerNorm(1e-3, Bias.ADDED))),
                gpt.head());
        try (Transformer model = Transformer.initialize(other, 7)) {
            assertThatThrownBy(() -> Pretrained.of(model))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("gpt2 has")
                    .hasMessageContaining("epsilon");
        }
    }
}
