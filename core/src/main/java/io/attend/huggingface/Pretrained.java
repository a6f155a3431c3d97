package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.Safetensors.Entry;
import io.attend.checkpoint.SafetensorsWriter;
import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A model with its Hugging Face folder's configuration and names: loaded from one, or made of any model that a
/// family can express; saved as one, bit for bit what was loaded.
///
///     try (Pretrained pretrained = Pretrained.load(Path.of("gpt2"))) {
///         Transformer model = pretrained.model();
///         pretrained.save(Path.of("copy"));
///     }
public final class Pretrained implements AutoCloseable {
    private static final String WEIGHTS = "model.safetensors";

    private final Config config;
    private final Mapping mapping;
    private final Table table;
    private final Transformer model;
    private final Optional<Origin> origin;

    private Pretrained(Config config, Mapping mapping, Table table, Transformer model, Optional<Origin> origin) {
        this.config = config;
        this.mapping = mapping;
        this.table = table;
        this.model = model;
        this.origin = origin;
    }

    /// The files a model was loaded from, and how they spell the names of its tensors.
    private record Origin(Checkpoint checkpoint, Map<String, String> spelled) {}

    /// Whether a folder is one of Hugging Face's: it has a `config.json`.
    public static boolean isOne(Path folder) {
        return Files.isRegularFile(folder.resolve("config.json"));
    }

    /// The model a folder describes, without its numbers and without natives.
    ///
    /// @throws CheckpointException naming what is not understood
    public static Mapping describe(Path folder) {
        return Mapping.of(Config.of(folder));
    }

    /// Loads a folder: `config.json`, and `model.safetensors` or its shards. Numbers keep the type the file has; large
    /// files stay mapped, see [Transformer#load].
    ///
    /// @throws CheckpointException naming the key that is not understood, or listing every tensor that is missing,
    ///     left over, of another shape or of a type that is no weight's
    public static Pretrained load(Path folder) {
        Config config = Config.of(folder);
        Mapping mapping = Mapping.of(config);
        Table table = mapping.table();
        Checkpoint checkpoint = Checkpoint.open(folder);
        Map<String, String> spelled = checkComplete(table, checkpoint);
        Transformer model = Transformer.filled(mapping.architecture(), Device.CPU, checkpoint.bytes(), parameter -> {
            Table.Entry entry = table.of(parameter.name());
            List<Tensor> stored = entry.stored().stream()
                    .map(name -> tensor(checkpoint, Objects.requireNonNull(spelled.get(name))))
                    .toList();
            int which = List.copyOf(entry.parts().keySet()).indexOf(parameter.name());
            return entry.layout()
                    .part(stored, List.copyOf(entry.parts().values()))
                    .get(which);
        });
        return new Pretrained(config, mapping, table, model, Optional.of(new Origin(checkpoint, spelled)));
    }

    private static Tensor tensor(Checkpoint checkpoint, String name) {
        Entry entry = Objects.requireNonNull(checkpoint.entries().get(name));
        return Tensor.over(checkpoint.data(name), entry.dtype(), entry.shape());
    }

    /// How the file spells each name it must have.
    private static Map<String, String> checkComplete(Table table, Checkpoint checkpoint) {
        Map<String, Entry> entries = checkpoint.entries();
        Set<String> unused = new LinkedHashSet<>(entries.keySet());
        Map<String, String> spelled = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        table.stored().forEach((name, shape) -> {
            Optional<String> found =
                    table.spellings(name).stream().filter(entries::containsKey).findFirst();
            if (found.isEmpty()) {
                problems.add(name + " is missing");
                return;
            }
            Entry entry = Objects.requireNonNull(entries.get(found.get()));
            spelled.put(name, entry.name());
            unused.remove(entry.name());
            if (!entry.shape().equals(shape)) {
                problems.add(entry.name() + " is " + entry.shape() + ", but config.json says " + shape);
            } else if (!entry.dtype().isFloating() && !table.kept().containsKey(name)) {
                problems.add(entry.name() + " is " + entry.dtype() + ", but weights are floating-point");
            }
        });
        table.kept().forEach((name, kept) -> {
            String found = spelled.get(name);
            if (kept.checked() && found != null && !agrees(checkpoint, found, kept)) {
                problems.add(found + " is not what it should be: " + kept.reason());
            }
        });
        table.tied().forEach((name, other) -> {
            Optional<String> copy =
                    table.spellings(name).stream().filter(entries::containsKey).findFirst();
            String original = spelled.get(other);
            if (copy.isPresent() && original != null && unused.remove(copy.get())) {
                Entry entry = Objects.requireNonNull(entries.get(copy.get()));
                if (!entry.shape()
                                .equals(Objects.requireNonNull(entries.get(original))
                                        .shape())
                        || checkpoint.data(copy.get()).mismatch(checkpoint.data(original)) != -1) {
                    problems.add(copy.get() + " differs from " + original
                            + ", but config.json says that they are one (tie_word_embeddings)");
                }
                spelled.put(name, copy.get());
            }
        });
        unused.removeIf(table::ignores);
        unused.forEach(name -> problems.add(
                name + " " + Objects.requireNonNull(entries.get(name)).shape() + " has no place in the model"));
        if (!problems.isEmpty()) {
            throw new CheckpointException(
                    checkpoint.path(),
                    problems.size() + " of the tensors do not fit config.json: "
                            + String.join("; ", problems.subList(0, Math.min(20, problems.size())))
                            + (problems.size() > 20 ? "; and " + (problems.size() - 20) + " more" : ""));
        }
        return spelled;
    }

    private static boolean agrees(Checkpoint checkpoint, String name, Table.Kept kept) {
        if (!Objects.requireNonNull(checkpoint.entries().get(name)).shape().equals(kept.shape())) {
            return true; // said already
        }
        try (Lifetime _ = Lifetime.open()) {
            float[] numbers = tensor(checkpoint, name).toFloats();
            float[] formula = kept.fresh().make(kept.shape());
            for (int i = 0; i < formula.length; i++) {
                if (!(Math.abs(numbers[i] - formula[i]) <= 0.01)) { // as exact as bfloat16
                    return false;
                }
            }
            return true;
        }
    }

    /// A model as a folder of Hugging Face would have it.
    ///
    /// @throws IllegalArgumentException saying what no family can express
    public static Pretrained of(Transformer model) {
        List<String> reasons = new ArrayList<>();
        for (Family family : Family.all()) {
            Optional<Map<String, Object>> values = family.config(model.architecture());
            if (values.isEmpty()) {
                continue;
            }
            try {
                Config config = Config.of(Path.of("config.json"), values.get());
                Mapping mapping = Mapping.of(config);
                Optional<String> difference = difference(model.architecture(), mapping.architecture());
                if (difference.isEmpty()) {
                    return new Pretrained(config, mapping, mapping.table(), model, Optional.empty());
                }
                reasons.add(family.modelTypes().getFirst() + " has " + difference.get());
            } catch (CheckpointException | IllegalArgumentException e) {
                reasons.add(family.modelTypes().getFirst() + ": " + e.getMessage());
            }
        }
        throw new IllegalArgumentException("no family of Hugging Face's has this architecture: "
                + (reasons.isEmpty() ? "none resembles it" : String.join("; ", reasons)));
    }

    /// Where two architectures part, apart from what untrained weights start as.
    private static Optional<String> difference(Architecture wanted, Architecture had) {
        Architecture alike = had.initialized(wanted.initialization());
        if (alike.equals(wanted)) {
            return Optional.empty();
        }
        List<String> left = wanted.toJson().lines().map(String::strip).toList();
        List<String> right = alike.toJson().lines().map(String::strip).toList();
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!left.get(i).equals(right.get(i))) {
                return Optional.of(right.get(i) + " where the model has " + left.get(i));
            }
        }
        return Optional.of("another length than the model");
    }

    public Transformer model() {
        return model;
    }

    public Mapping mapping() {
        return mapping;
    }

    public Config config() {
        return config;
    }

    public Table table() {
        return table;
    }

    /// Writes `config.json` and `model.safetensors`: the tensors that were loaded, under the names they had, or those
    /// that Hugging Face's class saves.
    ///
    /// @throws CheckpointException if they cannot be written
    public void save(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CheckpointException(folder, "cannot be made: " + e.getMessage(), e);
        }
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Map<String, Tensor> numbers = new LinkedHashMap<>();
            for (Parameter parameter : model.weights()) {
                numbers.put(parameter.name(), parameter.tensor());
            }
            Map<String, Tensor> joined = table.join(numbers);
            TreeMap<String, Item> items = new TreeMap<>();
            joined.forEach((name, tensor) -> add(items, spelled(name), tensor.dtype(), tensor));
            table.kept().forEach((name, kept) -> {
                Tensor tensor = origin.map(from -> tensor(from.checkpoint, spelled(name)))
                        .orElseGet(() -> Tensor.of(
                                kept.fresh().make(kept.shape()), kept.shape().toArray()));
                add(items, spelled(name), tensor.dtype(), tensor);
            });
            origin.ifPresent(from -> table.tied().forEach((name, other) -> {
                String copy = from.spelled.get(name);
                Tensor tensor = joined.get(other);
                if (copy != null && tensor != null) {
                    add(items, copy, tensor.dtype(), tensor);
                }
            }));
            SafetensorsWriter.write(folder.resolve(WEIGHTS), Map.of("format", "pt"), List.copyOf(items.values()));
        }
        Atomic.text(folder.resolve("config.json"), config.json());
    }

    private static void add(Map<String, Item> items, String name, DType dtype, Tensor tensor) {
        Shape shape = tensor.shape();
        items.put(name, new Item(name, dtype, shape, () -> {
            Tensor plain = tensor.contiguous();
            return shape.count() == 0 ? MemorySegment.NULL : plain.memory();
        }));
    }

    private String spelled(String name) {
        return origin.map(from -> from.spelled.getOrDefault(name, name)).orElse(name);
    }

    @Override
    public void close() {
        model.close();
    }
}
