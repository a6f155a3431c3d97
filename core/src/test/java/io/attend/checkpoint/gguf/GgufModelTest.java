package io.attend.checkpoint.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.Safetensors;
import io.attend.checkpoint.gguf.GgufModel.Given;
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
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Folders of the reference implementation to GGUF and back: Hugging Face names, shapes and numbers.
class GgufModelTest {
    /// What a configuration may say that changes no inference result, or that follows from what is compared.
    private static final Set<String> INERT = Set.of(
            "architectures",
            "attention_dropout",
            "attention_probs_dropout_prob",
            "attn_pdrop",
            "classifier_dropout",
            "embd_pdrop",
            "head_dim",
            "hidden_dropout",
            "hidden_dropout_prob",
            "initializer_range",
            "max_window_layers",
            "output_router_logits",
            "pretraining_tp",
            "reorder_and_upcast_attn",
            "resid_pdrop",
            "router_aux_loss_coef",
            "router_jitter_noise",
            "slow_but_exact",
            "summary_activation",
            "summary_first_dropout",
            "summary_proj_to_labels",
            "summary_type",
            "summary_use_proj",
            "torch_dtype",
            "transformers_version",
            "use_cache");

    @TempDir
    private Path folder;

    private static Path fixture(String name) {
        return Path.of(
                GgufModelTest.class.getResource("/checkpoint/gguf/" + name).getPath());
    }

    private static ObjectNode config(String name) {
        return (ObjectNode) JsonMapper.shared().readTree(fixture(name + "/config.json"));
    }

    private static Map<String, Quantized> tensors(String name) {
        Safetensors file = Safetensors.open(fixture(name + "/model.safetensors"));
        Map<String, Quantized> tensors = new LinkedHashMap<>();
        file.entries().forEach((key, entry) -> {
            assertThat(entry.dtype()).isEqualTo(DType.FLOAT32);
            tensors.put(key, new Quantized(new F32(), entry.shape(), file.data(key)));
        });
        return tensors;
    }

    private static Map<String, Given> given(Map<String, Quantized> tensors) {
        Map<String, Given> given = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> given.put(name, new Given(tensor.shape(), () -> tensor)));
        return given;
    }

    private Path write(String name, BlockFormat.Writable format) {
        Path target = folder.resolve("model.gguf");
        GgufModel.write(target, config(name), given(tensors(name)), format, Map.of());
        return target;
    }

    private static float[] numbers(Quantized tensor) {
        float[] numbers = new float[(int) tensor.shape().count()];
        tensor.decode(MemorySegment.ofArray(numbers));
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-mha",
                "llama-gqa",
                "llama-bias",
                "llama-rope-llama3",
                "mistral-window",
                "mixtral-moe",
                "qwen2-lm",
                "gemma-lm",
                "phi-lm",
                "gpt2-lm",
                "falcon-mqa",
                "falcon-newarch",
                "bloom-lm",
                "bert-base",
                "bert-mlm"
            })
    void comesBackAsItWas(String name) {
        GgufModel model = GgufModel.open(write(name, new F32()));
        Map<String, Quantized> expected = new TreeMap<>(tensors(name));
        expected.keySet().removeIf(key -> key.startsWith("cls.") || key.contains("pooler.")); // GGUF has no place
        Map<String, Quantized> actual = new TreeMap<>();
        model.shapes().forEach((key, shape) -> {
            actual.put((name.equals("bert-mlm") ? "bert." : "") + key, model.tensor(key));
            assertThat(model.tensor(key).shape()).as(key).isEqualTo(shape);
        });
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((key, tensor) -> {
            assertThat(actual.get(key).shape()).as(key).isEqualTo(tensor.shape());
            if (name.equals("gemma-lm") && key.endsWith("norm.weight")) { // w + 1 and back again, in float32
                float[] back = numbers(tensor);
                for (int i = 0; i < back.length; i++) {
                    back[i] = back[i] + 1 - 1;
                }
                assertThat(numbers(actual.get(key))).as(key).isEqualTo(back);
            } else {
                assertThat(actual.get(key).blocks().toArray(JAVA_BYTE))
                        .as(key)
                        .isEqualTo(tensor.blocks().toArray(JAVA_BYTE));
            }
        });
        assertSame(model.config(), config(name));
    }

    /// Every key that matters has its value; where the file's own reader says more, that is what absence
    /// means.
    private static void assertSame(ObjectNode actual, ObjectNode expected) {
        expected.properties().forEach(entry -> {
            String key = entry.getKey();
            if (!INERT.contains(key) && !entry.getValue().isNull()) {
                JsonNode value = actual.path(key);
                if (key.equals("num_kv_heads") && value.isMissingNode()) {
                    assertThat(expected.path("new_decoder_architecture").asBoolean())
                            .isFalse(); // it counts in the new form only
                } else if (key.equals("rope_scaling")) {
                    entry.getValue().properties().forEach(one -> {
                        if (!one.getKey().equals("type")) {
                            assertEqual(key + "." + one.getKey(), value.path(one.getKey()), one.getValue());
                        }
                    });
                } else if (!key.equals("sliding_window")
                        || expected.path("use_sliding_window").asBoolean(true)) {
                    assertEqual(key, value, entry.getValue());
                }
            }
        });
        long heads = expected.path("num_attention_heads").asLong(1);
        assertThat(actual.path("head_dim").asLong(actual.path("hidden_size").asLong() / heads))
                .isEqualTo(expected.path("head_dim")
                        .asLong(expected.path("hidden_size").asLong() / heads));
    }

    private static void assertEqual(String key, JsonNode actual, JsonNode expected) {
        if (expected.isNumber()) {
            assertThat(actual.asDouble()).as(key).isEqualTo(expected.asDouble());
        } else {
            assertThat(actual).as(key).isEqualTo(expected);
        }
    }

    /// The published tables, run over the tensors of these folders (`get_tensor_name_map` of gguf 0.19.0):
    /// folder, Hugging Face's name, GGUF's; `-` where GGUF has none.
    @Test
    void namesAreThoseOfThePublishedTables() throws IOException {
        Map<String, Map<String, String>> published = new LinkedHashMap<>();
        for (String line : Files.readAllLines(fixture("names.txt"))) {
            String[] words = line.split(" ");
            published.computeIfAbsent(words[0], _ -> new TreeMap<>()).put(words[1], words[2]);
        }
        assertThat(published).hasSize(15);
        published.forEach((name, names) -> {
            ObjectNode config = config(name);
            GgufArchitecture architecture =
                    GgufArchitecture.ofModelType(config.path("model_type").asString());
            Map<String, String> ours = new TreeMap<>();
            architecture.names(config).rules().rules().stream()
                    .filter(Rule::written)
                    .forEach(rule -> rule.huggingFace().forEach(one -> ours.put(one, rule.gguf())));
            names.forEach((key, gguf) -> {
                if (gguf.equals("-") || key.contains("pooler")) {
                    assertThat(ours).as(name).doesNotContainKey(key);
                } else {
                    assertThat(ours).as(name).containsEntry(key, gguf);
                }
            });
            assertThat(names.keySet()).as(name).containsAll(ours.keySet());
        });
    }

    /// `[H, 2, D / 2]` become `[H, D / 2, 2]`, as the specification gives it.
    @Test
    void queriesAndKeysOfLlamaAreRotatedByNeighbours() {
        GgufFile file = GgufFile.open(write("llama-gqa", new F32()));
        Map<String, Quantized> given = tensors("llama-gqa");
        for (String[] pair : new String[][] {{"q", "4"}, {"k", "2"}}) {
            float[] theirs = numbers(given.get("model.layers.1.self_attn." + pair[0] + "_proj.weight"));
            float[] written = numbers(file.tensor("blk.1.attn_" + pair[0] + ".weight"));
            for (int head = 0; head < Integer.parseInt(pair[1]); head++) {
                for (int half = 0; half < 2; half++) {
                    for (int i = 0; i < 4; i++) {
                        for (int column = 0; column < 32; column++) {
                            assertThat(written[(head * 8 + i * 2 + half) * 32 + column])
                                    .isEqualTo(theirs[(head * 8 + half * 4 + i) * 32 + column]);
                        }
                    }
                }
            }
        }
    }

    /// All queries, then all keys, then all values, out of heads (BLOOM) or groups (Falcon: 2 of 2 queries).
    @Test
    void fusedProjectionsAreTakenApart() {
        float[] theirs = numbers(tensors("bloom-lm").get("transformer.h.0.self_attention.query_key_value.weight"));
        float[] written = numbers(GgufFile.open(write("bloom-lm", new F32())).tensor("blk.0.attn_qkv.weight"));
        for (int head = 0; head < 4; head++) {
            for (int kind = 0; kind < 3; kind++) {
                assertThat(row(written, kind * 4 + head)).isEqualTo(row(theirs, head * 3 + kind));
            }
        }
        theirs = numbers(tensors("falcon-newarch").get("transformer.h.0.self_attention.query_key_value.weight"));
        written = numbers(GgufFile.open(write("falcon-newarch", new F32())).tensor("blk.0.attn_qkv.weight"));
        int[] heads = {0, 1, 4, 5, 2, 6, 3, 7}; // q q | q q | k k | v v, of groups (q q k v) (q q k v)
        for (int head = 0; head < 8; head++) {
            assertThat(row(written, head)).isEqualTo(row(theirs, heads[head]));
        }
    }

    /// The 8 rows of 32 of one head.
    private static float[] row(float[] matrix, int head) {
        return java.util.Arrays.copyOfRange(matrix, head * 8 * 32, (head + 1) * 8 * 32);
    }

    @Test
    void gpt2IsTransposedAndGemmaHasOneAdded() {
        Quantized theirs = tensors("gpt2-lm").get("transformer.h.0.mlp.c_fc.weight");
        Quantized written = GgufFile.open(write("gpt2-lm", new F32())).tensor("blk.0.ffn_up.weight");
        assertThat(written.shape()).isEqualTo(Shape.of(128, 32));
        assertThat(numbers(written)[5 * 32 + 3]).isEqualTo(numbers(theirs)[3 * 128 + 5]);
        float[] norm = numbers(tensors("gemma-lm").get("model.norm.weight"));
        float[] plusOne = numbers(GgufFile.open(write("gemma-lm", new F32())).tensor("output_norm.weight"));
        for (int i = 0; i < norm.length; i++) {
            assertThat(plusOne[i]).isEqualTo(norm[i] + 1);
        }
    }

    /// Quantised once, rows are moved as blocks: what comes back is what quantising Hugging Face's tensor
    /// gives.
    @ParameterizedTest
    @ValueSource(strings = {"llama-mha", "mixtral-moe", "falcon-newarch", "bloom-lm"})
    void rowsOfBlocksMoveUnexpanded(String name) {
        GgufModel model = GgufModel.open(write(name, new Q80()));
        int quantised = 0;
        for (Map.Entry<String, Quantized> entry : tensors(name).entrySet()) {
            Quantized back = model.tensor(entry.getKey());
            if (back.format() instanceof Q80) {
                float[] numbers = numbers(entry.getValue());
                byte[] blocks = new byte[(int) back.blocks().byteSize()];
                new Q80().encode(numbers, blocks, numbers.length / 32);
                assertThat(back.blocks().toArray(JAVA_BYTE)).as(entry.getKey()).isEqualTo(blocks);
                quantised++;
            }
        }
        assertThat(quantised).isGreaterThan(5);
    }

    @Test
    void vectorsStayFloat32AndOddRowsBecomeFloat16() {
        GgufFile file = GgufFile.open(write("llama-mha", new Q40()));
        assertThat(file.tensor("blk.0.attn_norm.weight").format()).isEqualTo(new F32());
        assertThat(file.tensor("blk.0.ffn_up.weight").format()).isEqualTo(new Q40());
        assertThat(file.tensor("blk.0.ffn_down.weight").format()).isEqualTo(new F16()); // rows of 56
        assertThat(file.head().integer("general.file_type")).hasValue(2);
    }

    @Test
    void readsATensorForEachExpertAndAFusedProjectionOfOlderFiles() {
        GgufFile file = GgufFile.open(write("mixtral-moe", new F32()));
        List<GgufWriter.Item> items = new ArrayList<>();
        file.entries().keySet().forEach(name -> {
            if (name.contains("_exps")) {
                List<Quantized> experts = new Stacked(4).fromGguf(file.tensor(name));
                for (int x = 0; x < 4; x++) {
                    items.add(GgufWriter.Item.of(name.replace("_exps", "." + x), experts.get(x)));
                }
            } else {
                items.add(GgufWriter.Item.of(name, file.tensor(name)));
            }
        });
        Path older = folder.resolve("older.gguf");
        GgufWriter.write(older, file.head().values(), items);
        String expert = "model.layers.1.block_sparse_moe.experts.3.w2.weight";
        assertThat(numbers(GgufModel.open(older).tensor(expert)))
                .isEqualTo(numbers(tensors("mixtral-moe").get(expert)));
        assertThat(GgufModel.open(older).config().path("num_local_experts").asInt())
                .isEqualTo(4);

        GgufFile phi = GgufFile.open(write("phi-lm", new F32()));
        items.clear();
        phi.entries().keySet().stream()
                .filter(name -> !name.matches(".*attn_[qkv]\\..*"))
                .forEach(name -> items.add(GgufWriter.Item.of(name, phi.tensor(name))));
        for (String kind : List.of("weight", "bias")) {
            for (int layer = 0; layer < 2; layer++) {
                String prefix = "blk." + layer + ".attn_";
                List<Quantized> parts = List.of(
                        phi.tensor(prefix + "q." + kind),
                        phi.tensor(prefix + "k." + kind),
                        phi.tensor(prefix + "v." + kind));
                items.add(GgufWriter.Item.of(prefix + "qkv." + kind, new Split(List.of(32L, 32L, 32L)).toGguf(parts)));
            }
        }
        GgufWriter.write(older, phi.head().values(), items);
        for (String one : List.of("q_proj.weight", "k_proj.bias", "v_proj.weight")) {
            String name = "model.layers.1.self_attn." + one;
            assertThat(numbers(GgufModel.open(older).tensor(name)))
                    .isEqualTo(numbers(tensors("phi-lm").get(name)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gpt2-scaled|config.json has activation_function = \"relu\", which GGUF's gpt2 cannot say; it can:"
                        + " [\"gelu_new\"]",
                "falcon-alibi|config.json has alibi = true, which GGUF's falcon cannot say; it can: [false]",
                "bloom-heads6-postln|config.json has apply_residual_connection_post_layernorm = true, which GGUF's"
                        + " bloom cannot say; it can: [false]",
                "llama-rope-dynamic|config.json has rope_scaling.rope_type \"dynamic\", which GGUF cannot say; it can:"
                        + " linear, yarn, llama3"
            })
    void refusesWhatGgufCannotSay(String name, String message) {
        assertThatThrownBy(() ->
                        GgufModel.write(folder.resolve("model.gguf"), config(name), Map.of(), new F32(), Map.of()))
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-rope-linear", "llama-rope-yarn"})
    void ropeScalingComesBack(String name) {
        Path target = folder.resolve("model.gguf");
        GgufModel.write(target, config(name), given(tensors("llama-mha")), new F32(), Map.of());
        assertSame(GgufModel.open(target).config(), config(name));
    }

    /// The factors of a Llama 3.1 are recognised; others are read as a list that says the same.
    @Test
    void factorsOfFrequenciesAreRecognisedOrListed() {
        GgufFile file = GgufFile.open(write("llama-rope-llama3", new F32()));
        float[] factors = numbers(file.tensor("rope_freqs.weight"));
        double[] wavelengths = new double[8];
        for (int i = 0; i < 8; i++) {
            wavelengths[i] = 2 * Math.PI * Math.pow(10000, i / 8.0);
            double smooth = (16 / wavelengths[i] - 1) / 3; // original length 16, low 1, high 4, factor 8
            double expected = wavelengths[i] < 4 ? 1 : wavelengths[i] > 16 ? 8 : 1 / ((1 - smooth) / 8 + smooth);
            assertThat(factors[i]).isEqualTo((float) expected);
        }
        List<GgufWriter.Item> items = new ArrayList<>();
        file.entries().keySet().stream()
                .filter(name -> !name.equals("rope_freqs.weight"))
                .forEach(name -> items.add(GgufWriter.Item.of(name, file.tensor(name))));
        items.add(GgufWriter.Item.of(
                "rope_freqs.weight", Quantized.of(Shape.of(8), new float[] {1, 2, 1, 2, 1, 2, 1, 2})));
        Path other = folder.resolve("other.gguf");
        GgufWriter.write(other, file.head().values(), items);
        JsonNode scaling = GgufModel.open(other).config().path("rope_scaling");
        assertThat(scaling.path("rope_type").asString()).isEqualTo("longrope");
        assertThat(scaling.path("attention_factor").asDouble()).isEqualTo(1);
        assertThat(scaling.path("short_factor")).hasToString("[1.0,2.0,1.0,2.0,1.0,2.0,1.0,2.0]");
    }

    @Test
    void refusesTensorsAndKeysThatDoNotBelong() {
        Path target = write("llama-mha", new F32());
        GgufFile file = GgufFile.open(target);
        Map<String, GgufValue> values = new LinkedHashMap<>(file.head().values());
        List<GgufWriter.Item> items = new ArrayList<>();
        file.entries().keySet().forEach(name -> items.add(GgufWriter.Item.of(name, file.tensor(name))));
        Path other = folder.resolve("other.gguf");

        items.add(GgufWriter.Item.of("blk.0.attn_sinks.weight", file.tensor("output_norm.weight")));
        GgufWriter.write(other, values, items);
        refused(other, "has a tensor blk.0.attn_sinks.weight, which GGUF's llama does not have");

        items.removeLast();
        items.removeIf(item -> item.name().equals("blk.1.ffn_up.weight"));
        GgufWriter.write(other, values, items);
        refused(other, "has no tensor blk.1.ffn_up.weight, which is model.layers.1.mlp.up_proj.weight");

        values.put("llama.logit_scale", GgufValue.of(0.5f));
        GgufWriter.write(other, values, items);
        refused(other, "has llama.logit_scale = 0.5, which is not known");

        values.remove("llama.block_count");
        GgufWriter.write(other, values, items);
        refused(other, "has no llama.block_count, which its architecture needs");

        values.put("general.architecture", GgufValue.of("mamba"));
        GgufWriter.write(other, values, items);
        refused(
                other,
                "general.architecture is \"mamba\", which is not known; known: bert, bloom, falcon, gemma, gpt2, llama,"
                        + " phi2, qwen2");

        Map<String, Given> given = given(tensors("llama-mha"));
        given.put("model.more", given.get("lm_head.weight"));
        assertThatThrownBy(() -> GgufModel.write(target, config("llama-mha"), given, new F32(), Map.of()))
                .hasMessage("the tensor model.more has no place in GGUF's llama");
        given.remove("model.norm.weight");
        assertThatThrownBy(() -> GgufModel.write(target, config("llama-mha"), given, new F32(), Map.of()))
                .hasMessage("the tensor model.norm.weight, which config.json calls for, is not given");
        ObjectNode strange = config("llama-mha").put("logit_scale", 0.5);
        assertThatThrownBy(() -> GgufModel.write(target, strange, given, new F32(), Map.of()))
                .hasMessage("config.json has logit_scale = 0.5, which is not known to GGUF's llama");
    }

    /// Numbers of the head, damaged by the thousand: a model, or one error that names the file.
    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa", "mixtral-moe", "phi-lm", "falcon-newarch"})
    void damagedNumbersAreRefused(String name) throws IOException {
        byte[] whole = Files.readAllBytes(write(name, new F32()));
        int head = (int) GgufFile.open(folder.resolve("model.gguf")).entries().values().stream()
                .mapToLong(GgufFile.Entry::offset)
                .min()
                .orElseThrow();
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = whole.clone();
            for (int times = 1 + random.nextInt(3); times > 0; times--) {
                bytes[random.nextInt(head)] = (byte) random.nextInt(256);
            }
            try {
                GgufModel model = GgufModel.of(GgufFile.read(Path.of("x.gguf"), MemorySegment.ofArray(bytes)));
                model.shapes().keySet().forEach(model::tensor);
            } catch (CheckpointException e) {
                assertThat(e.getMessage()).startsWith("x.gguf: ").doesNotContain("\n");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    private static void refused(Path file, String message) {
        assertThatThrownBy(() -> GgufModel.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(file + ": " + message);
    }

    @Test
    void saysWhatItLeavesOut() {
        Map<String, String> left = GgufModel.write(
                folder.resolve("model.gguf"), config("bert-base"), given(tensors("bert-base")), new F32(), Map.of());
        assertThat(left)
                .containsOnly(
                        Map.entry("pooler.dense.weight", "GGUF has no pooler"),
                        Map.entry("pooler.dense.bias", "GGUF has no pooler"));
    }
}
