package io.attend.app;

import io.attend.task.Task;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Where the inputs of a task come from: arguments, a file or standard input; as lines, as JSON, or one whole
/// text.
final class RunInputs {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Read inputs from a file, - for standard input: one a line, where there are two texts a tab"
                    + " between them. Lines of a .jsonl file are JSON.")
    private @Nullable String file;

    @Option(names = "--whole", description = "The file is one input, lines and all.")
    private boolean whole;

    @Option(
            names = "--jsonl",
            description = "Each line is a JSON string, a list of texts, or an object with the keys of the task, such as"
                    + " question and context.")
    private boolean jsonl;

    /// The inputs of a run, one after the other.
    interface Stream extends Iterator<List<String>>, AutoCloseable {
        @Override
        default void close() {}
    }

    Stream open(Task<?> task, List<String> arguments) {
        if (!arguments.isEmpty()) {
            if (file != null || whole || jsonl) {
                throw new UsageException("give texts or a --file, not both");
            }
            return given(grouped(task, arguments).iterator());
        }
        String from = file == null ? "-" : file;
        if (whole) {
            if (task.needs() > 1) {
                throw new UsageException(task.verb() + " takes " + String.join(" and ", task.asks())
                        + ", which one file cannot be; use --jsonl");
            }
            return given(List.of(List.of(Texts.whole(from))).iterator());
        }
        boolean asJson = jsonl || from.endsWith(".jsonl");
        Texts.Lines lines = Texts.lines(from);
        return new Stream() {
            @Override
            public boolean hasNext() {
                return lines.hasNext();
            }

            @Override
            public List<String> next() {
                String line = lines.next();
                return asJson ? json(task, line, from + ": line " + lines.number()) : split(task, line);
            }

            @Override
            public void close() {
                lines.close();
            }
        };
    }

    private static Stream given(Iterator<List<String>> inputs) {
        return new Stream() {
            @Override
            public boolean hasNext() {
                return inputs.hasNext();
            }

            @Override
            public List<String> next() {
                return inputs.next();
            }
        };
    }

    /// Arguments are as many texts an input as it must have.
    private static List<List<String>> grouped(Task<?> task, List<String> arguments) {
        if (task.most() > task.asks().size()) {
            return List.of(arguments);
        }
        int size = task.needs();
        if (arguments.size() % size != 0) {
            throw new UsageException(task.verb() + " takes " + String.join(" and ", task.asks()) + ", but there are "
                    + arguments.size() + " texts");
        }
        List<List<String>> inputs = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i += size) {
            inputs.add(List.copyOf(arguments.subList(i, i + size)));
        }
        return inputs;
    }

    private static List<String> split(Task<?> task, String line) {
        return task.asks().size() == 1
                ? List.of(line)
                : List.of(line.split("\t", task.most() == Integer.MAX_VALUE ? -1 : task.most()));
    }

    private static List<String> json(Task<?> task, String line, String place) {
        JsonNode tree;
        try {
            tree = Values.tree(JSON, line);
        } catch (ValueException e) {
            throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
        }
        return texts(task, tree)
                .orElseThrow(() -> new IllegalArgumentException(place + ": expected a string, a list of strings, or an"
                        + " object with " + String.join(" and ", task.asks())));
    }

    private static Optional<List<String>> texts(Task<?> task, JsonNode tree) {
        List<JsonNode> nodes = new ArrayList<>();
        if (tree.isString()) {
            nodes.add(tree);
        } else if (tree.isArray()) {
            tree.forEach(nodes::add);
        } else {
            List<String> asked = task.asks();
            if (!asked.containsAll(tree.propertyNames())) {
                return Optional.empty();
            }
            asked.stream().filter(tree::has).map(tree::get).forEach(node -> {
                if (node.isArray() && task.most() > asked.size()) {
                    node.forEach(nodes::add);
                } else {
                    nodes.add(node);
                }
            });
        }
        return nodes.stream().allMatch(JsonNode::isString) && nodes.size() >= task.needs()
                ? Optional.of(nodes.stream().map(JsonNode::stringValue).toList())
                : Optional.empty();
    }
}
