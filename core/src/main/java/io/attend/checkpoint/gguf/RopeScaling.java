package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How rotary positions are stretched: `rope_scaling` of `config.json`, and in a file the keys
/// `rope.scaling.*` or, for `llama3`, the tensor `rope_freqs.weight`, by which each frequency is divided.
///
/// That tensor does not say what made it. It is read as `llama3` if the numbers everyone uses make the same,
/// and as `longrope`, which takes any factors, if not.
final class RopeScaling {
    static final String FACTORS = "rope_freqs.weight";

    private static final double LOW = 1;
    private static final double HIGH = 4;
    private static final long[] ORIGINALS = {8192, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 16384, 32768};

    private RopeScaling() {}

    static void read(ConfigReading reading, long headSize, double theta) {
        Optional<String> type = reading.text("rope.scaling.type");
        Optional<Double> factor = reading.real("rope.scaling.factor").or(() -> reading.real("rope.scale_linear"));
        reading.real("rope.scale_linear");
        Optional<Long> original = reading.count("rope.scaling.original_context_length");
        Optional<Double> attention =
                reading.real("rope.scaling.yarn_attn_factor").or(() -> reading.real("rope.scaling.attn_factor"));
        reading.real("rope.scaling.attn_factor");
        Optional<Double> fast = reading.real("rope.scaling.yarn_beta_fast");
        Optional<Double> slow = reading.real("rope.scaling.yarn_beta_slow");
        ObjectNode scaling = JsonNodeFactory.instance.objectNode();
        String kind = type.orElse(factor.isPresent() ? "linear" : "none");
        switch (kind) {
            case "none" -> {
                if (reading.has(FACTORS)) {
                    reading.config().set("rope_scaling", ofFactors(reading, headSize, theta));
                }
                return;
            }
            case "linear", "yarn" -> {
                scaling.put("rope_type", kind);
                scaling.put("factor", factor.orElseThrow(() -> reading.fault("rope.scaling.factor is missing")));
                if (kind.equals("yarn")) {
                    original.ifPresent(length -> scaling.put("original_max_position_embeddings", length));
                    attention.ifPresent(value -> scaling.put("attention_factor", value));
                    fast.ifPresent(value -> scaling.put("beta_fast", value));
                    slow.ifPresent(value -> scaling.put("beta_slow", value));
                }
            }
            default ->
                throw reading.fault(
                        "rope.scaling.type is \"" + kind + "\", which is not known; known: none, linear, yarn");
        }
        reading.config().set("rope_scaling", scaling);
    }

    static void write(ConfigWriting writing) {
        JsonNode scaling = writing.take("rope_scaling").orElse(null);
        if (scaling == null) {
            return;
        }
        String type = scaling.path("rope_type").asString(scaling.path("type").asString(""));
        switch (type) {
            case "default", "llama3" -> {} // llama3 is a tensor
            case "linear", "yarn" -> {
                writing.text("rope.scaling.type", type);
                writing.real("rope.scaling.factor", number(writing, scaling, "factor"));
                if (type.equals("yarn")) {
                    writing.count("rope.scaling.original_context_length", (long)
                            number(writing, scaling, "original_max_position_embeddings"));
                    optional(writing, scaling, "attention_factor", "rope.scaling.yarn_attn_factor");
                    optional(writing, scaling, "beta_fast", "rope.scaling.yarn_beta_fast");
                    optional(writing, scaling, "beta_slow", "rope.scaling.yarn_beta_slow");
                }
            }
            default ->
                throw writing.fault("has rope_scaling.rope_type \"" + type
                        + "\", which GGUF cannot say; it can: linear, yarn, llama3");
        }
    }

    /// The tensor of factors, if `config` needs one.
    static void names(Rules rules, ObjectNode config, long headSize) {
        JsonNode scaling = config.path("rope_scaling");
        if (scaling.path("rope_type").asString("").equals("llama3")) {
            double theta = config.path("rope_theta").asDouble(10000);
            rules.made(
                    FACTORS,
                    () -> Quantized.of(
                            Shape.of(headSize / 2),
                            factors(
                                    headSize,
                                    theta,
                                    scaling.path("factor").asDouble(),
                                    scaling.path("low_freq_factor").asDouble(),
                                    scaling.path("high_freq_factor").asDouble(),
                                    scaling.path("original_max_position_embeddings")
                                            .asLong())));
        } else {
            rules.onlyGguf("rope_freqs\\.weight", "rope_scaling has its factors");
        }
        rules.onlyGguf("blk\\.\\d+\\.attn_rot_embd\\.weight", "rope_theta makes the frequencies");
    }

    private static JsonNode ofFactors(ConfigReading reading, long headSize, double theta) {
        Quantized tensor = reading.file().tensor(FACTORS);
        if (!tensor.shape().equals(Shape.of(headSize / 2))) {
            throw reading.fault(
                    FACTORS + " " + tensor.shape() + " is not one factor for each of " + headSize / 2 + " frequencies");
        }
        float[] given = new float[(int) (headSize / 2)];
        tensor.decode(MemorySegment.ofArray(given));
        double factor = 1;
        for (float one : given) {
            factor = Math.max(factor, one);
        }
        ObjectNode scaling = JsonNodeFactory.instance.objectNode();
        for (long original : ORIGINALS) {
            if (same(given, factors(headSize, theta, factor, LOW, HIGH, original))) {
                return scaling.put("rope_type", "llama3")
                        .put("factor", factor)
                        .put("low_freq_factor", LOW)
                        .put("high_freq_factor", HIGH)
                        .put("original_max_position_embeddings", original);
            }
        }
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (float one : given) {
            list.add(one);
        }
        scaling.put("rope_type", "longrope").put("factor", 1.0).put("attention_factor", 1.0);
        scaling.set("short_factor", list);
        scaling.set("long_factor", list);
        return scaling.put("original_max_position_embeddings", reading.required("context_length"));
    }

    private static boolean same(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            if (!(Math.abs(a[i] - b[i]) <= 1e-4 * Math.abs(b[i]))) {
                return false;
            }
        }
        return true;
    }

    /// What each frequency is divided by: 1 for wavelengths below `original / high`, `factor` above `original
    /// / low`, and between the two a mean that moves from one to the other.
    private static float[] factors(long headSize, double theta, double factor, double low, double high, long original) {
        float[] factors = new float[(int) (headSize / 2)];
        for (int i = 0; i < factors.length; i++) {
            double wavelength = 2 * Math.PI * Math.pow(theta, 2.0 * i / headSize);
            double smooth = (original / wavelength - low) / (high - low);
            factors[i] = (float)
                    (wavelength < original / high
                            ? 1
                            : wavelength > original / low ? factor : 1 / ((1 - smooth) / factor + smooth));
        }
        return factors;
    }

    private static double number(ConfigWriting writing, JsonNode scaling, String key) {
        if (!scaling.path(key).isNumber()) {
            throw writing.fault("has rope_scaling." + key + " = " + scaling.path(key) + " where a number belongs");
        }
        return scaling.path(key).asDouble();
    }

    private static void optional(ConfigWriting writing, JsonNode scaling, String key, String gguf) {
        if (scaling.path(key).isNumber()) {
            writing.real(gguf, scaling.path(key).asDouble());
        }
    }
}
