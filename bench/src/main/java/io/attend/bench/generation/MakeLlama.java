package io.attend.bench.generation;

import io.attend.checkpoint.SafetensorsWriter;
import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.checkpoint.gguf.Bf16;
import io.attend.checkpoint.gguf.BlockFormat;
import io.attend.checkpoint.gguf.Q40;
import io.attend.checkpoint.gguf.Q80;
import io.attend.huggingface.Pretrained;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tokenizer.format.GgufValue;
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

/// Makes a model of Llama's shape with random weights, 15, 110 or 1,100 million of them, as every engine wants
/// it:
///
///     bench/run io.attend.bench.generation.MakeLlama DIR 15m|110m|1.1b
///
/// `DIR/folder` as Hugging Face has it, bfloat16; `DIR/bf16.gguf`, `DIR/q8_0.gguf`, `DIR/q4_0.gguf` with the
/// same numbers. The vocabulary is made up: `a` is one token, so a prompt of n tokens is n times `a`.
public final class MakeLlama {
    private static final String SHAPE = """
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 32000, "hidden_size": %d,
             "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d,
             "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "tie_word_embeddings": false,
             "hidden_act": "silu", "rope_theta": 10000.0, "bos_token_id": 1, "eos_token_id": 2,
             "torch_dtype": "bfloat16"}
            """;

    private static final Map<String, String> SHAPES = Map.of(
            "15m", String.format(Locale.ROOT, SHAPE, 288, 768, 6, 6, 6),
            "110m", String.format(Locale.ROOT, SHAPE, 768, 2048, 12, 12, 12),
            "1.1b", String.format(Locale.ROOT, SHAPE, 2048, 5632, 22, 32, 4));

    private MakeLlama() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0], "folder");
        String shape = SHAPES.get(arguments[1]);
        if (shape == null) {
            throw new IllegalArgumentException(arguments[1] + " is none of " + SHAPES.keySet());
        }
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), shape);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer());
        SplittableRandom random = new SplittableRandom(7);
        List<Item> items = new ArrayList<>();
        for (Map.Entry<String, Shape> tensor :
                Pretrained.describe(folder).table().stored().entrySet()) {
            int count = Math.toIntExact(tensor.getValue().count());
            items.add(new Item(
                    tensor.getKey(), DType.BFLOAT16, tensor.getValue(), () -> numbers(random, count, tensor.getKey())));
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("format", "pt"), items);
        for (BlockFormat.Writable format : List.of(new Bf16(), new Q80(), new Q40())) {
            try (Pretrained pretrained = Pretrained.load(folder)) {
                Path file = Path.of(arguments[0], format.label().toLowerCase(Locale.ROOT) + ".gguf");
                pretrained.saveGguf(file, format, vocabulary());
                System.out.printf(Locale.ROOT, "%s: %,d bytes%n", file, Files.size(file));
            }
        }
    }

    private static MemorySegment numbers(SplittableRandom random, int count, String name) {
        byte[] bytes = new byte[2 * count];
        boolean norm = name.contains("norm");
        for (int i = 0; i < count; i++) {
            int bits = Float.floatToRawIntBits(norm ? 1 : (float) random.nextDouble(-0.05, 0.05));
            bytes[2 * i] = (byte) (bits >>> 16);
            bytes[2 * i + 1] = (byte) (bits >>> 24);
        }
        return MemorySegment.ofArray(bytes);
    }

    private static List<String> words() {
        List<String> words = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int i = 0; i < 256; i++) {
            words.add(String.format(Locale.ROOT, "<0x%02X>", i));
        }
        words.addAll(List.of("▁", "a", "▁a"));
        while (words.size() < 32_000) {
            words.add("t" + words.size());
        }
        return words;
    }

    private static Map<String, GgufValue> vocabulary() {
        List<String> words = words();
        double[] scores = new double[words.size()];
        long[] types = new long[words.size()];
        for (int i = 0; i < types.length; i++) {
            scores[i] = -i;
            types[i] = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1; // unknown, control, byte, normal
        }
        Map<String, GgufValue> values = new LinkedHashMap<>();
        values.put("tokenizer.ggml.model", GgufValue.of("llama"));
        values.put("tokenizer.ggml.tokens", GgufValue.of(words));
        values.put("tokenizer.ggml.scores", GgufValue.of(GgufValue.Type.FLOAT32, scores));
        values.put("tokenizer.ggml.token_type", GgufValue.of(GgufValue.Type.INT32, types));
        values.put("tokenizer.ggml.bos_token_id", GgufValue.of(GgufValue.Type.UINT32, 1));
        values.put("tokenizer.ggml.eos_token_id", GgufValue.of(GgufValue.Type.UINT32, 2));
        values.put("tokenizer.ggml.add_bos_token", GgufValue.of(false));
        return values;
    }

    /// Enough of a tokenizer for a peer that will not start without one.
    private static String tokenizer() {
        StringBuilder vocabulary = new StringBuilder();
        List<String> words = words();
        for (int i = 0; i < words.size(); i++) {
            vocabulary
                    .append(i == 0 ? "" : ",")
                    .append('"')
                    .append(words.get(i))
                    .append("\":")
                    .append(i);
        }
        return """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
                 "pre_tokenizer": null, "post_processor": null, "decoder": null,
                 "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
                  "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true, "vocab": {%s}, "merges": []}}
                """.formatted(vocabulary);
    }
}
