package io.attend.checkpoint.gguf;

import static io.attend.checkpoint.CheckpointException.brief;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.MappedFile;
import io.attend.checkpoint.gguf.GgufWriter.Item;
import io.attend.tensor.Shape;
import io.attend.tokenizer.format.GgufValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/// A model in a GGUF file, seen as Hugging Face has it: a `config.json`, and tensors under Hugging Face
/// names. What loads a folder from there loads this. And back: [#write].
///
/// Complete both ways: every tensor of the file becomes one here or is one that says nothing more, and every
/// tensor the configuration calls for is there; otherwise an error names it.
public final class GgufModel {
    private static final int QUANTIZATION_VERSION = 2;

    private final GgufFile file;
    private final ObjectNode config;
    private final Map<String, Source> sources = new LinkedHashMap<>();

    private GgufModel(GgufFile file, GgufArchitecture architecture) {
        this.file = file;
        this.config = architecture.config(file);
        Rules rules = architecture.names(config).rules();
        Set<String> used = new HashSet<>();
        for (Rule rule : rules.rules()) {
            if (file.entries().containsKey(rule.gguf())
                    && rule.huggingFace().stream().noneMatch(sources::containsKey)) {
                used.add(rule.gguf());
                place(rule);
            }
        }
        for (Rule rule : rules.rules()) {
            for (String name : rule.huggingFace()) {
                if (!sources.containsKey(name)) {
                    throw new CheckpointException(file.path(), "has no tensor " + rule.gguf() + ", which is " + name);
                }
            }
        }
        for (String name : file.entries().keySet()) {
            if (!used.contains(name) && !matches(rules.onlyGguf().keySet(), name)) {
                throw new CheckpointException(
                        file.path(),
                        "has a tensor " + brief(name) + ", which GGUF's " + architecture.name() + " does not have");
            }
        }
    }

    /// Where a tensor comes from: part `part` of what a rule makes.
    private record Source(Rule rule, int part, Shape shape) {}

    /// A tensor to write, asked for when its turn comes.
    public record Given(Shape shape, Supplier<Quantized> tensor) {}

    /// @throws CheckpointException naming what is damaged, missing or not known
    public static GgufModel open(Path file) {
        GgufFile opened = GgufFile.open(file);
        GgufValue parts = opened.head().values().get("split.count");
        if (parts != null && !parts.toString().equals("1") && !parts.toString().equals("0")) {
            throw new CheckpointException(
                    file, "is one of " + parts + " parts; join them first: llama-gguf-split --merge FIRST WHOLE");
        }
        return of(opened);
    }

    /// @throws CheckpointException naming what is missing or not known
    static GgufModel of(GgufFile file) {
        try {
            return new GgufModel(file, GgufArchitecture.of(file));
        } catch (IllegalArgumentException | ArithmeticException | JacksonException e) { // a number that cannot be
            throw new CheckpointException(file.path(), String.valueOf(e.getMessage()), e);
        }
    }

    public GgufFile file() {
        return file;
    }

    /// The tree of `config.json`.
    public ObjectNode config() {
        return config.deepCopy();
    }

    /// The shapes of the tensors, by Hugging Face's names.
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        sources.forEach((name, source) -> shapes.put(name, source.shape()));
        return Collections.unmodifiableMap(shapes);
    }

    /// A tensor by Hugging Face's name: the mapped blocks themselves where they are as Hugging Face has them,
    /// else a copy of this one tensor.
    ///
    /// @throws CheckpointException if there is none of that name
    public Quantized tensor(String name) {
        Source source = source(name);
        return source.rule().move().fromGguf(file.tensor(source.rule().gguf())).get(source.part());
    }

    /// Says that a tensor was copied and not written to: its pages of the file need not stay in memory.
    ///
    /// @throws CheckpointException if there is none of that name
    public void release(String name) {
        MappedFile.release(file.tensor(source(name).rule().gguf()).blocks());
    }

    /// Writes a model.
    ///
    /// @param format of matrices; vectors and what routes to experts are written in float32, and rows
    ///     that are not whole blocks of it in float16
    /// @param more values beside those of `config`: a tokenizer's, say
    /// @return the tensors that GGUF has no place for, with the reason
    /// @throws IllegalArgumentException naming a key of `config` or a tensor that GGUF cannot hold, or
    ///     one that is missing
    /// @throws CheckpointException if the file cannot be written
    public static Map<String, String> write(
            Path target,
            ObjectNode config,
            Map<String, Given> tensors,
            BlockFormat.Writable format,
            Map<String, GgufValue> more) {
        GgufArchitecture architecture =
                GgufArchitecture.ofModelType(config.path("model_type").asString(""));
        Map<String, GgufValue> metadata = architecture.metadata(config);
        metadata.put("general.file_type", GgufValue.of(GgufValue.Type.UINT32, fileType(format)));
        metadata.put("general.quantization_version", GgufValue.of(GgufValue.Type.UINT32, QUANTIZATION_VERSION));
        metadata.putAll(more);
        Rules rules = architecture.names(config).rules();
        Set<String> used = new HashSet<>();
        List<Item> items = new ArrayList<>();
        for (Rule rule : rules.rules()) {
            if (rule.written()) {
                items.add(item(rule, tensors, format));
                used.addAll(rule.huggingFace());
            }
        }
        rules.made().forEach((name, tensor) -> items.add(Item.of(name, tensor.get())));
        Map<String, String> left = left(rules, tensors.keySet(), used, architecture);
        GgufWriter.write(target, metadata, items);
        return left;
    }

    private Source source(String name) {
        Source source = sources.get(name);
        if (source == null) {
            throw CheckpointException.unknownTensor(file.path(), brief(name), sources.keySet());
        }
        return source;
    }

    private void place(Rule rule) {
        Shape shape = file.entries().get(rule.gguf()).shape();
        try {
            List<Shape> shapes = rule.move().shapes(shape);
            for (int part = 0; part < shapes.size(); part++) {
                sources.put(rule.huggingFace().get(part), new Source(rule, part, shapes.get(part)));
            }
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file.path(), "tensor " + rule.gguf() + ": " + e.getMessage(), e);
        }
    }

    private static Item item(Rule rule, Map<String, Given> tensors, BlockFormat.Writable format) {
        List<Given> given = rule.huggingFace().stream()
                .map(name -> {
                    Given tensor = tensors.get(name);
                    if (tensor == null) {
                        throw new IllegalArgumentException(
                                "the tensor " + name + ", which config.json calls for, is" + " not given");
                    }
                    return tensor;
                })
                .toList();
        Shape shape = rule.move().shape(given.stream().map(Given::shape).toList());
        return Item.encoded(
                rule.gguf(),
                formatOf(rule.gguf(), shape, format),
                shape,
                () -> rule.move()
                        .toGguf(given.stream().map(one -> one.tensor().get()).toList()));
    }

    private static BlockFormat.Writable formatOf(String name, Shape shape, BlockFormat.Writable format) {
        if (shape.rank() < 2
                || name.contains("ffn_gate_inp")
                || name.startsWith("position_embd")
                || name.startsWith("token_types")) {
            return new F32(); // ggml adds these, and adds in float32 only
        }
        return shape.size(-1) % format.elements() == 0 ? format : new F16();
    }

    private static Map<String, String> left(
            Rules rules, Collection<String> names, Set<String> used, GgufArchitecture architecture) {
        Map<String, String> left = new LinkedHashMap<>();
        for (String name : names) {
            if (!used.contains(name)) {
                String reason = rules.onlyHuggingFace().entrySet().stream()
                        .filter(one -> one.getKey().matcher(name).matches())
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "the tensor " + name + " has no place in GGUF's " + architecture.name()));
                left.put(name, reason);
            }
        }
        return left;
    }

    private static boolean matches(Set<Pattern> patterns, String name) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }

    /// `general.file_type`: what most of the tensors are.
    private static int fileType(BlockFormat.Writable format) {
        return switch (format) {
            case F32 _ -> 0;
            case F16 _ -> 1;
            case Q40 _ -> 2;
            case Q80 _ -> 7;
            case Bf16 _ -> 32;
        };
    }
}
