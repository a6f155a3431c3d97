package io.attend.checkpoint.gguf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// The names of one model's tensors: `{i}` in a name stands for every layer.
///
/// Every tensor of either side is in a rule, or is named as one that the other side has no place for, with
/// the reason.
final class Rules {
    private static final int MOST_LAYERS = 1 << 12;
    private static final int MOST_EXPERTS = 1 << 16; // of all layers together

    private final int layers;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<Pattern, String> onlyGguf = new LinkedHashMap<>();
    private final Map<Pattern, String> onlyHuggingFace = new LinkedHashMap<>();
    private final Map<String, Supplier<Quantized>> made = new LinkedHashMap<>();

    /// @throws IllegalArgumentException if there are more layers than any model has
    Rules(int layers) {
        if (layers < 1 || layers > MOST_LAYERS) {
            throw new IllegalArgumentException(layers + " layers; 1 to " + MOST_LAYERS + " are known");
        }
        this.layers = layers;
    }

    Rules map(String gguf, String huggingFace) {
        return map(gguf, huggingFace, new Same());
    }

    Rules map(String gguf, String huggingFace, Move move) {
        return map(gguf, List.of(huggingFace), move, true);
    }

    /// The `.weight` and, if there is one, the `.bias`.
    Rules layer(String gguf, String huggingFace, Move move, boolean bias) {
        map(gguf + ".weight", huggingFace + ".weight", move);
        return bias ? map(gguf + ".bias", huggingFace + ".bias", move) : this;
    }

    Rules layer(String gguf, String huggingFace, boolean bias) {
        return layer(gguf, huggingFace, new Same(), bias);
    }

    /// `{x}` in Hugging Face's name stands for every expert.
    Rules stack(String gguf, String huggingFace, int experts) {
        if (experts > MOST_EXPERTS / layers) {
            throw new IllegalArgumentException(
                    layers + " layers of " + experts + " experts; at most " + MOST_EXPERTS + " are known");
        }
        return map(gguf, numbered(huggingFace, "{x}", experts), new Stacked(experts), true);
    }

    /// Another spelling, read where the first is not there.
    Rules older(String gguf, List<String> huggingFace, Move move) {
        return map(gguf, huggingFace, move, false);
    }

    /// A tensor of the file that says nothing Hugging Face's do not.
    Rules onlyGguf(String pattern, String reason) {
        onlyGguf.put(Pattern.compile(pattern), reason);
        return this;
    }

    /// A tensor that the file has no place for.
    Rules onlyHuggingFace(String pattern, String reason) {
        onlyHuggingFace.put(Pattern.compile(pattern), reason);
        return this;
    }

    /// A tensor written beside the others, made from `config.json`.
    Rules made(String gguf, Supplier<Quantized> tensor) {
        made.put(gguf, tensor);
        return onlyGguf(Pattern.quote(gguf), "config.json says it");
    }

    List<Rule> rules() {
        return rules;
    }

    Map<Pattern, String> onlyGguf() {
        return onlyGguf;
    }

    Map<Pattern, String> onlyHuggingFace() {
        return onlyHuggingFace;
    }

    Map<String, Supplier<Quantized>> made() {
        return made;
    }

    private Rules map(String gguf, List<String> huggingFace, Move move, boolean written) {
        if (!gguf.contains("{i}")) {
            rules.add(new Rule(gguf, huggingFace, move, written));
            return this;
        }
        for (int i = 0; i < layers; i++) {
            String layer = String.valueOf(i);
            rules.add(new Rule(
                    gguf.replace("{i}", layer),
                    huggingFace.stream().map(name -> name.replace("{i}", layer)).toList(),
                    move,
                    written));
        }
        return this;
    }

    static List<String> numbered(String name, String place, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> name.replace(place, String.valueOf(i)))
                .toList();
    }
}
