package io.attend.app;

import io.attend.task.Task;
import io.attend.value.ValueException;
import io.attend.value.Values;
import io.attend.value.Variants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// How a task is to be done: any key of its record, and short forms of those that say how words are chosen.
final class RunOptions {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final YAMLMapper YAML = YAMLMapper.builder().build();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A key of the task, such as top=3, aggregation=max, pool=first, from=de_DE; attend catalogue"
                    + " shows all. The last wins.")
    private List<String> set = new ArrayList<>();

    @Option(names = "--top", paramLabel = "N", description = "Answers for each input.")
    private @Nullable Integer top;

    @Option(names = "--limit", paramLabel = "N", description = "New tokens at most.")
    private @Nullable Integer limit;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Stop before this text; may be given several times.")
    private List<String> stop = new ArrayList<>();

    @Option(names = "--greedy", description = "Always the likeliest word.")
    private boolean greedy;

    @Option(names = "--temperature", paramLabel = "T", description = "Draw words, from sharpened or flattened odds.")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Draw from the K likeliest words.")
    private @Nullable Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "Draw from the likeliest words with P of the chances.")
    private @Nullable Double topP;

    @Option(names = "--seed", paramLabel = "N", description = "What draws begin with (default: 1).")
    private @Nullable Long seed;

    @Option(
            names = "--guess",
            paramLabel = "N",
            description = "Guess N tokens at a time from what followed the same words before: the same text, sooner.")
    private @Nullable Integer guess;

    @Option(names = "--regex", paramLabel = "PATTERN", description = "Write only what matches, from beginning to end.")
    private @Nullable String regex;

    @Option(
            names = "--schema",
            paramLabel = "FILE",
            description = "Write only JSON that the JSON schema in this file describes.")
    private @Nullable String schema;

    @Option(names = "--beams", paramLabel = "N", description = "Keep so many beginnings at once.")
    private @Nullable Integer beams;

    /// The task of a verb as these options want it.
    ///
    /// @throws ValueException naming what the task does not have
    Task<?> task(String verb) {
        Map<String, Class<? extends Record>> verbs = new LinkedHashMap<>();
        Task.all().forEach(task -> verbs.put(task.verb(), ((Record) task).getClass()));
        Class<? extends Record> type = verbs.get(verb);
        if (type == null) {
            throw new UsageException("unknown task " + verb + "; known: " + String.join(", ", verbs.keySet()));
        }
        Record example = Variants.examples(type).getFirst();
        if (!(Values.write(example) instanceof ObjectNode tree)) {
            throw new IllegalStateException(type + " has no keys");
        }
        put(tree, "top", top);
        put(tree, "limit", limit);
        if (!stop.isEmpty()) {
            tree.set("stop", JSON.valueToTree(stop));
        }
        decoding(tree);
        form(tree);
        for (String one : set) {
            int equals = one.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--set " + one + " is not KEY=VALUE");
            }
            tree.set(one.substring(0, equals), Values.tree(YAML, one.substring(equals + 1)));
        }
        return (Task<?>) Values.read(type, tree);
    }

    private static void put(ObjectNode tree, String key, @Nullable Object value) {
        if (value != null) {
            tree.set(key, JSON.valueToTree(value));
        }
    }

    private void form(ObjectNode tree) {
        if (regex != null && schema != null) {
            throw new UsageException("--regex and --schema exclude each other");
        }
        if (regex != null) {
            tree.set(
                    "form",
                    JSON.createObjectNode().put("type", "RegularExpression").put("pattern", regex));
        }
        if (schema != null) {
            tree.set("form", JSON.createObjectNode().put("type", "JsonSchema").put("schema", Texts.whole(schema)));
        }
    }

    private void decoding(ObjectNode tree) {
        boolean draws = temperature != null || topK != null || topP != null || seed != null;
        long ways = Arrays.asList(greedy, draws, beams != null).stream()
                .filter(way -> way)
                .count();
        if (ways > 1) {
            throw new UsageException(
                    "--greedy, --beams and drawing by --temperature, --top-k, --top-p or --seed exclude"
                            + " each other");
        }
        if (beams != null && guess != null) {
            throw new UsageException("--guess and --beams exclude each other");
        }
        if (ways == 0 && guess == null) {
            return;
        }
        ObjectNode decoding = JSON.createObjectNode();
        decoding.put("type", draws ? "Sampling" : beams != null ? "Beam" : "Greedy");
        decoding.put("limit", limit == null ? 256 : limit);
        put(decoding, "beams", beams);
        put(decoding, "seed", seed);
        if (draws) {
            ArrayNode rules = decoding.putArray("rules");
            rule(rules, "Temperature", "by", temperature);
            rule(rules, "TopK", "count", topK);
            rule(rules, "TopP", "mass", topP);
        }
        if (guess == null) {
            tree.set("decoding", decoding);
            return;
        }
        ObjectNode guessing = JSON.createObjectNode().put("type", "LookUp").put("tokens", guess);
        ObjectNode speculative = tree.putObject("decoding").put("type", "Speculative");
        speculative.set("choosing", decoding);
        speculative.set("guessing", guessing);
    }

    private static void rule(ArrayNode rules, String type, String key, @Nullable Object value) {
        if (value != null) {
            JsonNode number = JSON.valueToTree(value);
            rules.addObject().put("type", type).set(key, number);
        }
    }
}
