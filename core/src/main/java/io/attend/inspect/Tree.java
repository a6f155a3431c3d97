package io.attend.inspect;

import io.attend.architecture.Architecture;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// An architecture as a tree of text: the path, shape and size of every parameter, repeated blocks folded into
/// one.
///
///     encoder                                  2 × 49,984
///     └─ 0-1
///        ├─ attention
///        │  ├─ query   [64, 64] + [64]         4,160
public final class Tree {
    private final Map<String, Tree> children = new LinkedHashMap<>();
    private Optional<Parameter> parameter = Optional.empty();

    private Tree() {}

    public static String of(Architecture architecture) {
        Tree root = new Tree();
        for (Parameter parameter : Transformer.parameters(architecture)) {
            if (parameter.kind() == Parameter.Kind.WEIGHT) {
                Tree place = root;
                for (String name : parameter.name().split("\\.")) {
                    place = place.children.computeIfAbsent(name, _ -> new Tree());
                }
                place.parameter = Optional.of(parameter);
            }
        }
        List<Line> lines = new ArrayList<>();
        root.lines("", lines);
        int left = lines.stream().mapToInt(line -> line.left.length()).max().orElse(0) + 2;
        int middle = lines.stream().mapToInt(line -> line.shape.length()).max().orElse(0) + 2;
        int right = lines.stream().mapToInt(line -> line.count.length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            String row = String.format(
                    Locale.ROOT, "%-" + left + "s%-" + middle + "s%" + right + "s", line.left, line.shape, line.count);
            text.append(row.stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private record Line(String left, String shape, String count) {}

    private long count() {
        return parameter.map(p -> p.shape().count()).orElse(0L)
                + children.values().stream().mapToLong(Tree::count).sum();
    }

    /// What two places must have in common to be folded.
    private String form() {
        StringBuilder form =
                new StringBuilder(parameter.map(p -> p.shape().toString()).orElse(""));
        children.forEach((name, child) ->
                form.append('(').append(name).append(child.form()).append(')'));
        return form.toString();
    }

    /// Whether there is nothing below but parameters, which then share a line.
    private boolean isLeaf() {
        return children.values().stream().allMatch(child -> child.parameter.isPresent());
    }

    private String shapes() {
        if (!isLeaf()) {
            return "";
        }
        return Stream.concat(parameter.stream(), children.values().stream().map(child -> child.parameter.orElseThrow()))
                .map(p -> p.shape().toString())
                .collect(Collectors.joining(" + "));
    }

    private void lines(String indent, List<Line> lines) {
        List<Map.Entry<String, Tree>> entries = new ArrayList<>(children.entrySet());
        for (int i = 0; i < entries.size(); ) {
            String first = entries.get(i).getKey();
            Tree child = entries.get(i).getValue();
            int end = i + 1;
            boolean numbered = first.chars().allMatch(Character::isDigit);
            while (numbered
                    && end < entries.size()
                    && entries.get(end).getValue().form().equals(child.form())) {
                end++;
            }
            int times = end - i;
            String name = times > 1 ? first + "-" + entries.get(end - 1).getKey() : first;
            boolean last = end == entries.size();
            String branch = indent + (last ? "└─ " : "├─ ");
            String count = String.format(Locale.ROOT, "%,d", child.count());
            lines.add(new Line(branch + name, child.shapes(), times > 1 ? times + " × " + count : count));
            if (!child.isLeaf()) {
                child.lines(indent + (last ? "   " : "│  "), lines);
            }
            i = end;
        }
    }
}
