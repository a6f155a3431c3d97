package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.SafetensorsWriter;
import io.attend.checkpoint.SafetensorsWriter.Item;
import io.attend.checkpoint.gguf.Bf16;
import io.attend.checkpoint.gguf.BlockFormat;
import io.attend.checkpoint.gguf.F16;
import io.attend.checkpoint.gguf.F32;
import io.attend.checkpoint.gguf.GgufModel;
import io.attend.checkpoint.gguf.Quantized;
import io.attend.kernel.Matrix;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.format.GgufValue;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

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
    private record Origin(Stored stored, Map<String, String> spelled) {}

    /// Whether a folder is one of Hugging Face's, with a `config.json`, or has a GGUF file in it, or is such a
    /// file.
    public static boolean isOne(Path path) {
        return Files.isRegularFile(path.resolve("config.json"))
                || Stored.gguf(path).isPresent();
    }

    /// The GGUF file that `path` is, or that is the one model in the folder `path`, if either.
    ///
    /// @throws CheckpointException if a folder has several and nothing else
    public static Optional<Path> gguf(Path path) {
        return Stored.gguf(path);
    }

    /// How many words the model knows.
    ///
    /// @throws IllegalArgumentException if its configuration does not say
    public int words() {
        return (int) config.object().path("vocab_size").asLong(0);
    }

    /// The model a folder or a GGUF file describes, without its numbers and without natives.
    ///
    /// @throws CheckpointException naming what is not understood
    public static Mapping describe(Path path) {
        return Mapping.of(Stored.config(path));
    }

    /// Loads a folder, `config.json` and `model.safetensors` or its shards; or a GGUF file, or a folder with
    /// one. Numbers of a folder keep the type they have; those of a GGUF file become bfloat16 where that holds
    /// all of them exactly, else float32. Large files stay mapped, see [Transformer#load]; beside them memory
    /// holds only the tensors that the model has in another order, or that are quantised.
    ///
    /// @throws CheckpointException naming the key that is not understood, or listing every tensor that is
    ///     missing, left over, of another shape or of a type that is no weight's
    public static Pretrained load(Path path) {
        return load(path, false);
    }

    /// The same for inference alone: quantised matrices of a GGUF file that a kernel reads are used where they
    /// lie, in the mapped file, and are never expanded. Others are, as [#load] says.
    public static Pretrained packed(Path path) {
        return load(path, true);
    }

    private static Pretrained load(Path path, boolean packed) {
        Stored stored;
        Config config;
        Optional<Path> gguf = Stored.gguf(path);
        if (gguf.isPresent()) {
            StoredGguf file = new StoredGguf(gguf.get());
            stored = file;
            config = file.config();
        } else {
            config = Config.of(path); // first: a folder without one is none of Hugging Face's
            stored = new StoredFolder(path);
        }
        Mapping mapping = Mapping.of(config);
        Table table = mapping.table();
        Map<String, String> spelled = Completeness.check(table, stored);
        Function<Parameter, Tensor> filling = filling(table, stored, spelled);
        Transformer model = packed && stored instanceof StoredGguf file
                ? Transformer.packed(
                        mapping.architecture(), stored.bytes(), filling, packing(table, file.model(), spelled))
                : Transformer.filled(mapping.architecture(), Device.CPU, stored.bytes(), filling);
        return new Pretrained(config, mapping, table, model, Optional.of(new Origin(stored, spelled)));
    }

    /// The numbers of parameters, one after the other. What a layout copies need not stay mapped beside its
    /// copy.
    private static Function<Parameter, Tensor> filling(Table table, Stored stored, Map<String, String> spelled) {
        Map<String, Integer> taken = new HashMap<>();
        return parameter -> {
            Table.Entry entry = table.of(parameter.name());
            List<Tensor> tensors = new ArrayList<>();
            for (String name : entry.stored()) {
                tensors.add(stored.tensor(Objects.requireNonNull(spelled.get(name))));
            }
            if (!entry.layout().equals(Layout.SAME)) {
                entry.stored().forEach(name -> stored.prefetch(Objects.requireNonNull(spelled.get(name))));
            }
            Tensor part = entry.part(tensors, parameter.name()).contiguous();
            boolean last = taken.merge(entry.stored().getFirst(), 1, Integer::sum)
                    == entry.parts().size();
            if (last && tensors.stream().noneMatch(tensor -> isView(part, tensor))) {
                entry.stored().forEach(name -> stored.release(Objects.requireNonNull(spelled.get(name))));
            }
            return part;
        };
    }

    /// The matrices that lie in a file as the model has them, in blocks.
    private static Function<Parameter, Optional<Matrix>> packing(
            Table table, GgufModel file, Map<String, String> spelled) {
        return parameter -> {
            Table.Entry entry = table.of(parameter.name());
            if (!entry.layout().equals(Layout.SAME) || entry.stored().size() != 1) {
                return Optional.empty();
            }
            Quantized stored = file.tensor(
                    Objects.requireNonNull(spelled.get(entry.stored().getFirst())));
            return stored.format().elements() == 1 ? Optional.empty() : stored.matrix();
        };
    }

    private static boolean isView(Tensor part, Tensor whole) {
        return part.count() == 0
                || whole.memory().asOverlappingSlice(part.memory()).isPresent();
    }

    /// A model as a folder of Hugging Face would have it.
    ///
    /// @throws IllegalArgumentException saying what no family can express
    public static Pretrained of(Transformer model) {
        return of(model, Family.all());
    }

    /// The same as a folder of that family.
    static Pretrained of(Transformer model, Family family) {
        return of(model, List.of(family));
    }

    private static Pretrained of(Transformer model, List<Family> families) {
        List<String> reasons = new ArrayList<>();
        for (Family family : families) {
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

    /// Writes `config.json` and `model.safetensors`: the tensors that were loaded, under the names they had, or
    /// those that Hugging Face's class saves.
    ///
    /// @throws CheckpointException if they cannot be written
    public void save(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CheckpointException(folder, "cannot be made: " + e.getMessage(), e);
        }
        try (Turns turns = new Turns()) {
            Map<String, Saved> saved = tensors(turns);
            TreeMap<String, Item> items = new TreeMap<>();
            saved.forEach((name, tensor) -> items.put(spelled(name), tensor.item(spelled(name))));
            origin.ifPresent(from -> table.tied().forEach((name, other) -> {
                String copy = from.spelled.get(name);
                Saved original = saved.get(other);
                if (copy != null && original != null) {
                    items.put(copy, original.item(copy));
                }
            }));
            SafetensorsWriter.write(folder.resolve(WEIGHTS), Map.of("format", "pt"), List.copyOf(items.values()));
        }
        Atomic.text(folder.resolve("config.json"), config.json());
    }

    /// Writes a GGUF file.
    ///
    /// @param format of matrices, see [GgufModel#write]
    /// @param more values beside those of the configuration: the tokenizer's,
    ///     [io.attend.tokenizer.format.GgufVocabulary]
    /// @return the tensors that GGUF has no place for, with the reason
    /// @throws IllegalArgumentException naming what GGUF cannot say of this model
    /// @throws CheckpointException if it cannot be written
    public Map<String, String> saveGguf(Path target, BlockFormat.Writable format, Map<String, GgufValue> more) {
        try (Turns turns = new Turns()) {
            Map<String, GgufModel.Given> given = new LinkedHashMap<>();
            tensors(turns)
                    .forEach(
                            (name, saved) -> given.put(name, new GgufModel.Given(saved.shape, () -> quantized(saved))));
            return GgufModel.write(target, config.object(), given, format, more);
        }
    }

    /// The numbers, in memory of their own: a tensor of the file may be made of several of these.
    private static Quantized quantized(Saved saved) {
        Tensor tensor = saved.tensor.get();
        Tensor numbers = tensor.dtype().isFloating() && tensor.dtype().bytes() <= 2 ? tensor : tensor.to(DType.FLOAT32);
        BlockFormat as = switch (numbers.dtype()) {
            case BFLOAT16 -> new Bf16();
            case FLOAT16 -> new F16();
            default -> new F32();
        };
        MemorySegment copy = Arena.ofAuto().allocate(numbers.memory().byteSize(), Long.BYTES);
        return new Quantized(as, saved.shape, copy.copyFrom(numbers.memory()));
    }

    /// A tensor of a file; its numbers are made when they are asked for and live until the next are.
    private record Saved(DType dtype, Shape shape, Supplier<Tensor> tensor) {
        Item item(String name) {
            return new Item(
                    name,
                    dtype,
                    shape,
                    () -> shape.count() == 0 ? MemorySegment.NULL : tensor.get().memory());
        }
    }

    /// One tensor at a time: asking for a turn ends the one before.
    private static final class Turns implements AutoCloseable {
        private final NoGradient noGradient = NoGradient.open();
        private Optional<Lifetime> turn = Optional.empty();

        Supplier<Tensor> of(Supplier<Tensor> tensor) {
            return () -> {
                turn.ifPresent(Lifetime::close);
                turn = Optional.of(Lifetime.open());
                return tensor.get().contiguous();
            };
        }

        @Override
        public void close() {
            turn.ifPresent(Lifetime::close);
            noGradient.close();
        }
    }

    /// Everything that is saved, by the names that the family has for it.
    private Map<String, Saved> tensors(Turns turns) {
        Map<String, Tensor> numbers = new HashMap<>();
        for (Parameter parameter : model.weights()) {
            numbers.put(parameter.name(), parameter.tensor());
        }
        Map<String, Saved> saved = new LinkedHashMap<>();
        for (Table.Entry entry : table.entries()) {
            DType dtype = Objects.requireNonNull(
                            numbers.get(entry.parts().keySet().iterator().next()))
                    .dtype();
            for (int i = 0; i < entry.stored().size(); i++) {
                int which = i;
                Supplier<Tensor> tensor = turns.of(() -> entry.join(numbers).get(which));
                saved.put(entry.stored().get(i), new Saved(dtype, entry.shapes().get(i), tensor));
            }
        }
        table.kept().forEach((name, kept) -> saved.put(name, kept(turns, name, kept)));
        return saved;
    }

    private Saved kept(Turns turns, String name, Table.Kept kept) {
        return origin.map(from -> new Saved(
                        Objects.requireNonNull(from.stored.forms().get(spelled(name)))
                                .dtype(),
                        kept.shape(),
                        turns.of(() -> from.stored.tensor(spelled(name)))))
                .orElseGet(() -> new Saved(
                        DType.FLOAT32,
                        kept.shape(),
                        turns.of(() -> Tensor.of(
                                kept.fresh().make(kept.shape()), kept.shape().toArray()))));
    }

    private String spelled(String name) {
        return origin.map(from -> from.spelled.getOrDefault(name, name)).orElse(name);
    }

    @Override
    public void close() {
        model.close();
    }
}
