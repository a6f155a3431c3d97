package io.attend.bench.checkpoint;

import io.attend.checkpoint.SafetensorsWriter;
import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.huggingface.Pretrained;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;

/// Makes a folder as Hugging Face has it, about 2.2 GB of random bfloat16 numbers, in one file or in shards.
///
///     bench/run io.attend.bench.checkpoint.MakeModel DIR [llama|gpt2|bloom] [SHARDS]
///
/// `llama` has 1.1 billion parameters, every tensor as the model has it; `gpt2` stores its matrices the other
/// way round; `bloom` has queries, keys and values of each head in one tensor, in turns.
public final class MakeModel {
    private static final Map<String, String> CONFIGURATIONS = Map.of("llama", """
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 32000, "hidden_size": 2048,
             "intermediate_size": 5632, "num_hidden_layers": 22, "num_attention_heads": 32, "num_key_value_heads": 4,
             "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "tie_word_embeddings": false}
            """, "gpt2", """
            {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 50257, "n_embd": 2048,
             "n_layer": 20, "n_head": 16, "n_positions": 1024}
            """, "bloom", """
            {"model_type": "bloom", "architectures": ["BloomForCausalLM"], "vocab_size": 50000, "hidden_size": 2048,
             "n_layer": 20, "n_head": 16}
            """);

    private MakeModel() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        String kind = arguments.length > 1 ? arguments[1] : "llama";
        int shards = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1;
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), CONFIGURATIONS.get(kind));
        List<Map.Entry<String, Shape>> tensors =
                List.copyOf(Pretrained.describe(folder).table().stored().entrySet());
        byte[] numbers = numbers(tensors);
        Map<String, String> index = new LinkedHashMap<>();
        for (int shard = 0; shard < shards; shard++) {
            List<Item> items = new ArrayList<>();
            String file = shards == 1
                    ? "model.safetensors"
                    : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, shards);
            for (var tensor : tensors.subList(tensors.size() * shard / shards, tensors.size() * (shard + 1) / shards)) {
                int bytes = Math.toIntExact(tensor.getValue().count() * DType.BFLOAT16.bytes());
                MemorySegment data = MemorySegment.ofArray(numbers).asSlice(0, bytes);
                items.add(Item.of(tensor.getKey(), DType.BFLOAT16, tensor.getValue(), data));
                index.put(tensor.getKey(), file);
            }
            SafetensorsWriter.write(folder.resolve(file), Map.of("format", "pt"), items);
        }
        if (shards > 1) {
            Files.writeString(
                    folder.resolve("model.safetensors.index.json"),
                    JsonMapper.shared().writeValueAsString(Map.of("metadata", Map.of(), "weight_map", index)));
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %,d parameters%n",
                folder,
                tensors.stream().mapToLong(tensor -> tensor.getValue().count()).sum());
    }

    /// As many bytes as the largest tensor has: numbers from -0.03 to 0.03.
    private static byte[] numbers(List<Map.Entry<String, Shape>> tensors) {
        long largest = tensors.stream()
                .mapToLong(tensor -> tensor.getValue().count())
                .max()
                .orElse(0);
        byte[] bytes = new byte[Math.toIntExact(largest * 2)];
        SplittableRandom random = new SplittableRandom(7);
        for (int at = 0; at < bytes.length; at += 2) {
            int bits = Float.floatToRawIntBits((float) random.nextDouble(-0.03, 0.03));
            bytes[at] = (byte) (bits >>> 16);
            bytes[at + 1] = (byte) (bits >>> 24);
        }
        return bytes;
    }
}
