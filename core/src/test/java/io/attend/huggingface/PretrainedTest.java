package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.Safetensors.Entry;
import io.attend.checkpoint.SafetensorsWriter;
import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.layer.Parameter;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.verify.Verification;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The forms a folder comes in.
class PretrainedTest {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Three files in turns, so that every layer is spread over all of them.
    @Test
    void shardsAreTheSameModel(@TempDir Path folder) throws IOException {
        Checkpoint whole = split("bert-mlm", folder);
        assertThat(Verification.of(folder, Verification.TOLERANCE))
                .filteredOn(check -> check.name().startsWith("out."))
                .hasSizeGreaterThan(2)
                .allMatch(Verification.Check::passed);
        Path saved = Files.createDirectory(folder.resolve("saved"));
        try (Pretrained loaded = Pretrained.load(folder)) {
            loaded.save(saved);
        }
        Checkpoint again = Checkpoint.open(saved);
        assertThat(again.entries().keySet())
                .isEqualTo(new java.util.TreeSet<>(whole.entries().keySet()));
        whole.entries()
                .keySet()
                .forEach(name -> assertThat(again.data(name).mismatch(whole.data(name)))
                        .as(name)
                        .isEqualTo(-1));
    }

    /// An index that forgets one.
    @Test
    void aTensorThatTheIndexForgetsIsNamed(@TempDir Path folder) throws IOException {
        split("bert-mlm", folder);
        Path index = folder.resolve("model.safetensors.index.json");
        String lost = "bert.encoder.layer.1.output.dense.weight";
        Files.writeString(
                index, Files.readString(index).replaceAll(",\\s*\"" + lost.replace(".", "\\.") + "\":\"[^\"]*\"", ""));
        assertThatThrownBy(() -> Pretrained.load(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(lost);
    }

    private static Checkpoint split(String name, Path folder) throws IOException {
        Checkpoint whole = Checkpoint.open(Fixtures.folder(name));
        for (String file : List.of("config.json", "expected.safetensors")) {
            Files.copy(Fixtures.folder(name).resolve(file), folder.resolve(file));
        }
        List<String> names = List.copyOf(whole.entries().keySet());
        Map<String, String> homes = new TreeMap<>();
        long bytes = 0;
        for (int shard = 0; shard < 3; shard++) {
            String file = "model-0000" + (shard + 1) + "-of-00003.safetensors";
            List<Item> items = new ArrayList<>();
            for (int i = shard; i < names.size(); i += 3) {
                Entry entry = whole.entries().get(names.get(i));
                items.add(Item.of(entry.name(), entry.dtype(), entry.shape(), whole.data(entry.name())));
                homes.put(entry.name(), file);
                bytes += whole.data(entry.name()).byteSize();
            }
            SafetensorsWriter.write(folder.resolve(file), Map.of("format", "pt"), items);
        }
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                tools.jackson.databind.json.JsonMapper.builder()
                        .build()
                        .writeValueAsString(Map.of("metadata", Map.of("total_size", bytes), "weight_map", homes)));
        return whole;
    }

    /// Numbers keep the type the file has, computing in it stays near what float32 gives, and saving changes
    /// no bit.
    @ParameterizedTest
    @CsvSource({"FLOAT16, 0.01", "BFLOAT16, 0.05"})
    void halvesStayHalves(DType type, double near, @TempDir Path folder) throws IOException {
        Checkpoint exact = Checkpoint.open(Fixtures.folder("bert-base"));
        for (String file : List.of("config.json", "expected.safetensors")) {
            Files.copy(Fixtures.folder("bert-base").resolve(file), folder.resolve(file));
        }
        List<Item> items = new ArrayList<>();
        exact.entries()
                .values()
                .forEach(entry ->
                        items.add(Item.of(entry.name(), type, entry.shape(), halves(exact.data(entry.name()), type))));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("format", "pt"), items);

        Path saved = Files.createDirectory(folder.resolve("saved"));
        try (Pretrained loaded = Pretrained.load(folder);
                Lifetime _ = Lifetime.open()) {
            assertThat(loaded.model().weights())
                    .allMatch(weight -> weight.tensor().dtype() == type);
            loaded.save(saved);
            Parameter words = loaded.model().weights().stream()
                    .filter(weight -> weight.name().equals("embedding.token.weight"))
                    .findFirst()
                    .orElseThrow();
            MemorySegment original = exact.data("embeddings.word_embeddings.weight");
            float[] numbers = words.tensor().to(DType.FLOAT32).toFloats();
            for (int i = 0; i < numbers.length; i++) {
                assertThat(numbers[i]).isEqualTo(rounded(original.getAtIndex(FLOAT, i), type));
            }
        }
        Checkpoint before = Checkpoint.open(folder);
        Checkpoint after = Checkpoint.open(saved);
        before.entries()
                .keySet()
                .forEach(name -> assertThat(after.data(name).mismatch(before.data(name)))
                        .as(name)
                        .isEqualTo(-1));
        assertThat(Verification.of(folder, near))
                .filteredOn(check -> check.name().startsWith("out."))
                .hasSizeGreaterThan(2)
                .allMatch(Verification.Check::passed);
    }

    private static MemorySegment halves(MemorySegment floats, DType type) {
        int count = (int) (floats.byteSize() / Float.BYTES);
        MemorySegment halves = MemorySegment.ofArray(new byte[2 * count]);
        for (int i = 0; i < count; i++) {
            float number = floats.getAtIndex(FLOAT, i);
            short bits = type == DType.FLOAT16
                    ? Float.floatToFloat16(number)
                    : (short) (Float.floatToRawIntBits(rounded(number, type)) >>> 16);
            halves.set(SHORT, 2L * i, bits);
        }
        return halves;
    }

    /// The nearest number of that type, the even one of two that are as near.
    private static float rounded(float number, DType type) {
        if (type == DType.FLOAT16) {
            return Float.float16ToFloat(Float.floatToFloat16(number));
        }
        int bits = Float.floatToRawIntBits(number);
        return Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
    }

    @Test
    void anUnknownRopeTypeIsNamedWithTheKnownOnes(@TempDir Path copy) throws IOException {
        Path changed = Fixtures.copy("llama-rope-linear", copy);
        Fixtures.replace(changed, "\"rope_type\": \"linear\"", "\"rope_type\": \"warp\"");
        assertThatThrownBy(() -> Pretrained.describe(changed))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("rope_scaling.rope_type is \"warp\"")
                .hasMessageContaining("linear")
                .hasMessageContaining("llama3");
    }
}
