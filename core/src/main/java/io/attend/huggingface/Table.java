package io.attend.huggingface;

import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A family's names for the parameters of one model: every tensor a file has, with its shape, without natives.
public final class Table {
    private final List<Entry> entries;
    private final Map<String, Entry> byPart = new LinkedHashMap<>();
    private final Map<String, String> tied;
    private final Map<String, Kept> kept;
    private final Map<Pattern, String> ignored;
    private final Optional<String> prefix;

    Table(
            List<Entry> entries,
            Map<String, String> tied,
            Map<String, Kept> kept,
            Map<Pattern, String> ignored,
            Optional<String> prefix) {
        this.entries = List.copyOf(entries);
        this.tied = tied;
        this.kept = kept;
        this.ignored = ignored;
        this.prefix = prefix;
        entries.forEach(entry -> entry.parts.keySet().forEach(part -> byPart.put(part, entry)));
    }

    /// Tensors of the file that are parameters of the model.
    record Entry(List<String> stored, Map<String, Shape> parts, Layout layout) {
        Tensor part(List<Tensor> tensors, String name) {
            return layout.part(
                    tensors,
                    List.copyOf(parts.values()),
                    List.copyOf(parts.keySet()).indexOf(name));
        }

        /// The tensors of the file out of those of a model.
        List<Tensor> join(Map<String, Tensor> parameters) {
            List<Tensor> joined = new ArrayList<>();
            for (String part : parts.keySet()) {
                Tensor tensor = parameters.get(part);
                if (tensor == null) {
                    throw new IllegalArgumentException("there are no numbers for " + part);
                }
                joined.add(tensor);
            }
            return layout.join(joined, stored.size());
        }

        List<Shape> shapes() {
            return layout.stored(List.copyOf(parts.values()), stored.size());
        }
    }

    /// A tensor of the file that is no parameter of the model.
    ///
    /// @param checked whether its numbers must be those of a fresh one
    record Kept(Shape shape, Names.Fresh fresh, String reason, boolean checked) {}

    /// Every tensor that is written, and its shape.
    public Map<String, Shape> stored() {
        Map<String, Shape> all = new LinkedHashMap<>();
        for (Entry entry : entries) {
            List<Shape> shapes = entry.shapes();
            for (int i = 0; i < shapes.size(); i++) {
                all.put(entry.stored.get(i), shapes.get(i));
            }
        }
        kept.forEach((name, tensor) -> all.put(name, tensor.shape));
        return all;
    }

    List<Entry> entries() {
        return entries;
    }

    Entry of(String parameter) {
        Entry entry = byPart.get(parameter);
        if (entry == null) {
            throw new IllegalArgumentException("there is no parameter " + parameter);
        }
        return entry;
    }

    Map<String, String> tied() {
        return tied;
    }

    /// The tensor that is written for one of that name: itself, or what it is a duplicate of.
    public String written(String name) {
        return tied.getOrDefault(name, name);
    }

    Map<String, Kept> kept() {
        return kept;
    }

    boolean ignores(String name) {
        return ignored.keySet().stream()
                .anyMatch(pattern -> pattern.matcher(name).matches());
    }

    /// How a file may spell a name: as it is, without or with the prefix of the body, and with the names that
    /// the first versions had for the weight and bias of a norm.
    List<String> spellings(String name) {
        List<String> spellings = new ArrayList<>(List.of(name));
        prefix.ifPresent(
                before -> spellings.add(name.startsWith(before) ? name.substring(before.length()) : before + name));
        for (String spelling : List.copyOf(spellings)) {
            if (spelling.endsWith("LayerNorm.weight")) {
                spellings.add(spelling.replaceAll("weight$", "gamma"));
            } else if (spelling.endsWith("LayerNorm.bias")) {
                spellings.add(spelling.replaceAll("bias$", "beta"));
            }
        }
        return spellings;
    }

    /// The tensors of a file out of those of a model, or gradients out of gradients.
    public Map<String, Tensor> join(Map<String, Tensor> parameters) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (Entry entry : entries) {
            List<Tensor> stored = entry.join(parameters);
            for (int i = 0; i < stored.size(); i++) {
                all.put(entry.stored.get(i), stored.get(i));
            }
        }
        return all;
    }
}
