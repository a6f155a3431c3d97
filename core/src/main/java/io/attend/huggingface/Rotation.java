package io.attend.huggingface;

import io.attend.position.DynamicScaling;
import io.attend.position.LinearScaling;
import io.attend.position.Llama3Scaling;
import io.attend.position.LongRopeScaling;
import io.attend.position.NoScaling;
import io.attend.position.Rotary;
import io.attend.position.RotaryScaling;
import io.attend.position.YarnScaling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/// Rotary positions as configurations say them: `rope_theta`, `rope_scaling`, `partial_rotary_factor`.
final class Rotation {
    private Rotation() {}

    /// @param trained `max_position_embeddings`
    /// @param original `original_max_position_embeddings` beside it, not inside `rope_scaling`
    private record Scaled(Config config, int trained, OptionalInt original) {}

    private static final Map<String, Function<Scaled, RotaryScaling>> KNOWN = new LinkedHashMap<>();

    static {
        KNOWN.put("default", _ -> new NoScaling());
        KNOWN.put("linear", scaled -> new LinearScaling(factor(scaled.config)));
        KNOWN.put("dynamic", scaled -> new DynamicScaling(scaled.trained, factor(scaled.config)));
        KNOWN.put("yarn", Rotation::yarn);
        KNOWN.put("longrope", Rotation::longRope);
        KNOWN.put("llama3", Rotation::llama3);
    }

    /// Halves of a head turn together.
    ///
    /// @param trained `max_position_embeddings`
    static Rotary halves(Config config, int trained) {
        Rotary rotary = Rotary.of(Rotary.Pairs.HALVES).theta(config.number("rope_theta", 10_000));
        OptionalInt original = config.wholeIfGiven("original_max_position_embeddings");
        return config.object("rope_scaling")
                .map(scaling -> rotary.scaled(scaling(scaling, trained, original)))
                .orElse(rotary);
    }

    /// The same of the first `share` of a head.
    static Rotary halves(Config config, int trained, double share, int head) {
        Rotary rotary = halves(config, trained);
        return share == 1 ? rotary : rotary.size((int) (share * head));
    }

    private static RotaryScaling scaling(Config config, int trained, OptionalInt original) {
        boolean old = !config.has("rope_type"); // as configurations called it before
        if (!old) {
            config.inert("type");
        }
        return config.choice(old ? "type" : "rope_type", "", KNOWN).apply(new Scaled(config, trained, original));
    }

    private static double factor(Config config) {
        return config.numberIfGiven("factor").orElseThrow(() -> config.refuse("factor", "a number of at least 1"));
    }

    /// Hugging Face 4.46 takes the longest length for the trained one, even where
    /// `original_max_position_embeddings` is given.
    private static RotaryScaling yarn(Scaled scaled) {
        Config config = scaled.config.inert("original_max_position_embeddings");
        return new YarnScaling(
                factor(config),
                scaled.trained,
                config.number("beta_fast", 32),
                config.number("beta_slow", 1),
                config.numberIfGiven("attention_factor"));
    }

    /// Hugging Face 4.46 takes the factors for long texts for all texts, since it looks at how long a text may
    /// be and not at how long it is, and the trained length that stands beside `rope_scaling`, not the one in
    /// it.
    private static RotaryScaling longRope(Scaled scaled) {
        Config config = scaled.config.inert("original_max_position_embeddings");
        int trained = scaled.original.orElse(scaled.trained);
        double factor = scaled.original.isPresent() ? (double) scaled.trained / trained : factor(config);
        config.inert("factor");
        List<Double> within = numbers(config, "short_factor");
        List<Double> beyond = numbers(config, "long_factor");
        List<Double> all = factor > 1 ? beyond : within;
        return new LongRopeScaling(Math.max(1, factor), trained, all, all, config.numberIfGiven("attention_factor"));
    }

    private static List<Double> numbers(Config config, String key) {
        return config.numbers(key).orElseThrow(() -> config.refuse(key, "a list of numbers"));
    }

    private static RotaryScaling llama3(Scaled scaled) {
        Config config = scaled.config;
        return new Llama3Scaling(
                factor(config),
                config.whole("original_max_position_embeddings"),
                config.numberIfGiven("low_freq_factor").orElseThrow(() -> config.refuse("low_freq_factor", "a number")),
                config.numberIfGiven("high_freq_factor")
                        .orElseThrow(() -> config.refuse("high_freq_factor", "a number")));
    }

    /// `max_position_embeddings` of an architecture: what its scaling was trained on, or as long as is usual.
    static int trained(Rotary rotary) {
        return switch (rotary.scaling()) {
            case DynamicScaling scaling -> scaling.trained();
            case YarnScaling scaling -> scaling.trained();
            case LongRopeScaling scaling -> scaling.trained();
            default -> 2048;
        };
    }

    /// The keys that [#halves] reads.
    static void write(Map<String, Object> values, Rotary rotary) {
        values.put("rope_theta", rotary.theta());
        values.put("max_position_embeddings", trained(rotary));
        Map<String, Object> scaling = new LinkedHashMap<>();
        switch (rotary.scaling()) {
            case NoScaling _ -> {}
            case LinearScaling(double factor) -> {
                scaling.put("rope_type", "linear");
                scaling.put("factor", factor);
            }
            case DynamicScaling(int _, double factor) -> {
                scaling.put("rope_type", "dynamic");
                scaling.put("factor", factor);
            }
            case YarnScaling yarn -> {
                scaling.put("rope_type", "yarn");
                scaling.put("factor", yarn.factor());
                scaling.put("beta_fast", yarn.fast());
                scaling.put("beta_slow", yarn.slow());
                yarn.attention().ifPresent(factor -> scaling.put("attention_factor", factor));
            }
            case LongRopeScaling rope -> {
                scaling.put("rope_type", "longrope");
                scaling.put("factor", rope.factor());
                scaling.put("short_factor", rope.within());
                scaling.put("long_factor", rope.beyond());
                rope.attention().ifPresent(factor -> scaling.put("attention_factor", factor));
            }
            case Llama3Scaling llama -> {
                scaling.put("rope_type", "llama3");
                scaling.put("factor", llama.factor());
                scaling.put("low_freq_factor", llama.low());
                scaling.put("high_freq_factor", llama.high());
                scaling.put("original_max_position_embeddings", llama.trained());
            }
        }
        if (!scaling.isEmpty()) {
            values.put("rope_scaling", scaling);
        }
    }
}
