package io.attend.huggingface;

import io.attend.layer.Parameter;
import io.attend.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A family's table of names: which tensors of a file are which parameters of the model, in both directions.
///
///     new Names()
///             .module("transformer.h.{i}.ln_1", "decoder.{i}.attention.norm")
///             .module("transformer.h.{i}.attn.c_attn", Layout.ROWS.transposed(),
///                     "decoder.{i}.attention.query", "decoder.{i}.attention.key",
///                     "decoder.{i}.attention.value")
///             .tied("lm_head.weight", "transformer.wte.weight");
///
/// `{i}`, `{j}` and so on stand for numbers. A *module* is a `weight` and a `bias`, whichever the model has. A
/// row that matches no parameter does nothing; a parameter that no row matches is an error, so a table is
/// complete or fails.
public final class Names {
    private static final Pattern HOLE = Pattern.compile("\\{(\\w)}");

    private final List<Row> rows = new ArrayList<>();
    private final Map<String, String> tied = new LinkedHashMap<>();
    private final Map<String, Table.Kept> kept = new LinkedHashMap<>();
    private final Map<Pattern, String> ignored = new LinkedHashMap<>();
    private Optional<String> prefix = Optional.empty();

    private record Row(String stored, List<String> parts, List<Pattern> matched, Layout layout) {
        static Row of(String stored, Layout layout, List<String> parts) {
            return new Row(stored, parts, parts.stream().map(Names::pattern).toList(), layout);
        }
    }

    /// One tensor of the file is one parameter.
    public Names map(String stored, String part) {
        return map(stored, Layout.SAME, part);
    }

    /// One tensor of the file is the given parameters, laid out so.
    public Names map(String stored, Layout layout, String... parts) {
        rows.add(Row.of(stored, layout, List.of(parts)));
        return this;
    }

    /// A weight and a bias.
    public Names module(String stored, String part) {
        return module(stored, Layout.SAME, part);
    }

    /// Weights and biases, laid out so.
    public Names module(String stored, Layout layout, String... parts) {
        for (String kind : List.of(".weight", ".bias")) {
            map(stored + kind, layout, Stream.of(parts).map(part -> part + kind).toArray(String[]::new));
        }
        return this;
    }

    /// One parameter [X, ...] is X tensors of the file: `{x}` in their name counts them.
    public Names stacked(String stored, String part) {
        if (!stored.contains("{x}")) {
            throw new IllegalArgumentException(stored + " has no {x} to count by");
        }
        return map(stored, Layout.STACKED, part);
    }

    /// A tensor that equals another of the file and need not be there: read only to be compared, never written.
    public Names tied(String stored, String other) {
        tied.put(stored, other);
        return this;
    }

    /// A tensor that Hugging Face saves and the model does without: accepted, and written again as it was.
    ///
    /// @param fresh its numbers in a model that was never loaded
    /// @param reason why the model needs no such numbers
    public Names kept(String stored, Shape shape, Fresh fresh, String reason) {
        kept.put(stored, new Table.Kept(shape, fresh, reason, false));
        return this;
    }

    /// A tensor that Hugging Face saves although a formula gives it, such as a table of sines: it must agree
    /// with the formula, and is written again as it was.
    public Names formula(String stored, Shape shape, Fresh formula, String reason) {
        kept.put(stored, new Table.Kept(shape, formula, reason, true));
        return this;
    }

    /// Makes the numbers of a tensor that is no parameter.
    @FunctionalInterface
    public interface Fresh {
        Fresh ZEROS = shape -> new float[Math.toIntExact(shape.count())];

        Fresh ONES = shape -> {
            float[] ones = new float[Math.toIntExact(shape.count())];
            Arrays.fill(ones, 1);
            return ones;
        };

        float[] make(Shape shape);
    }

    /// Tensors that older versions saved: accepted, and not written.
    public Names ignored(String stored, String reason) {
        ignored.put(pattern(stored), reason);
        return this;
    }

    /// What stands before the names of the body, which a file may have or not whatever class saved it.
    public Names prefix(String name) {
        prefix = Optional.of(name + ".");
        return this;
    }

    /// What the file calls a parameter that is in a row by itself.
    String of(String part) {
        return rows.stream()
                .filter(row -> row.parts.equals(List.of(part)))
                .map(Row::stored)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row names " + part));
    }

    /// The table for the parameters of one model.
    ///
    /// @throws IllegalArgumentException listing the parameters the family has no name for
    Table resolve(List<Parameter> parameters) {
        Map<String, Shape> open = new LinkedHashMap<>();
        Map<String, Shape> all = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            if (parameter.kind() == Parameter.Kind.WEIGHT) {
                open.put(parameter.name(), parameter.shape());
                all.put(parameter.name(), parameter.shape());
            }
        }
        List<Table.Entry> entries = new ArrayList<>();
        for (String name : all.keySet()) {
            if (open.containsKey(name)) {
                entry(name, all).ifPresent(entry -> {
                    entries.add(entry);
                    entry.parts().keySet().forEach(open::remove);
                });
            }
        }
        if (!open.isEmpty()) {
            throw new IllegalArgumentException("these parameters have no name in Hugging Face's class: "
                    + String.join(", ", open.keySet().stream().limit(20).toList())
                    + (open.size() > 20 ? " and " + (open.size() - 20) + " more" : ""));
        }
        return new Table(entries, tied, kept, ignored, prefix);
    }

    private Optional<Table.Entry> entry(String name, Map<String, Shape> all) {
        for (Row row : rows) {
            for (int which = 0; which < row.parts.size(); which++) {
                Matcher matcher = row.matched.get(which).matcher(name);
                if (matcher.matches()) {
                    Map<String, String> holes = holes(row.parts.get(which), matcher);
                    return Optional.of(entry(row, holes, all));
                }
            }
        }
        return Optional.empty();
    }

    private static Table.Entry entry(Row row, Map<String, String> holes, Map<String, Shape> all) {
        Map<String, Shape> parts = new LinkedHashMap<>();
        for (String part : row.parts) {
            String name = filled(part, holes);
            Shape shape = all.get(name);
            if (shape == null) {
                throw new IllegalArgumentException(
                        "Hugging Face's " + filled(row.stored, holes) + " needs " + name + ", which the model lacks");
            }
            parts.put(name, shape);
        }
        List<String> stored = new ArrayList<>();
        String name = filled(row.stored, holes);
        if (name.contains("{x}")) {
            long count = parts.values().iterator().next().size(0);
            for (long x = 0; x < count; x++) {
                stored.add(name.replace("{x}", Long.toString(x)));
            }
        } else {
            stored.add(name);
        }
        return new Table.Entry(stored, parts, row.layout);
    }

    private static Map<String, String> holes(String text, Matcher matcher) {
        Map<String, String> holes = new LinkedHashMap<>();
        Matcher hole = HOLE.matcher(text);
        while (hole.find()) {
            holes.put(hole.group(1), matcher.group(hole.group(1)));
        }
        return holes;
    }

    private static String filled(String text, Map<String, String> holes) {
        for (Map.Entry<String, String> hole : holes.entrySet()) {
            text = text.replace("{" + hole.getKey() + "}", hole.getValue());
        }
        return text;
    }

    private static Pattern pattern(String text) {
        StringBuilder regex = new StringBuilder();
        Matcher hole = HOLE.matcher(text);
        int end = 0;
        List<String> seen = new ArrayList<>();
        while (hole.find()) {
            regex.append(Pattern.quote(text.substring(end, hole.start())));
            String name = hole.group(1);
            regex.append(seen.contains(name) ? "\\k<" + name + ">" : "(?<" + name + ">\\d+)");
            seen.add(name);
            end = hole.end();
        }
        return Pattern.compile(regex.append(Pattern.quote(text.substring(end))).toString());
    }
}
