package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A configuration from anywhere: whatever a key is set to, the folder is described, or refused in words that
/// name the file, and quickly. Never another kind of error, never more memory than a model's description takes.
class HostileConfigTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> VALUES = List.of(
            "0",
            "-1",
            "1",
            "3",
            "1000000000",
            "2147483647",
            "99999999999999",
            "-0.5",
            "1e308",
            "0.0",
            "\"x\"",
            "\"\"",
            "null",
            "[]",
            "{}",
            "true",
            "false",
            "[0, -1]",
            "[\"x\"]",
            "{\"x\": 1}",
            "[[[[1]]]]");

    /// One folder of each model type and of each set of keys: what differs is what is read.
    static Stream<Path> folders() {
        Map<String, Path> kinds = new TreeMap<>();
        for (Path folder : Fixtures.all()) {
            Config config = Config.of(folder);
            kinds.putIfAbsent(
                    config.modelType()
                            + config.className("")
                            + new java.util.TreeSet<>(config.object().propertyNames()),
                    folder);
        }
        return kinds.values().stream();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void isDescribedOrRefusedInWords(Path folder) {
        ObjectNode config = Config.of(folder).object();
        List<String> unexpected = new ArrayList<>();
        for (String path : paths(config)) {
            for (String value : VALUES) {
                ObjectNode changed = changed(config, path, JSON.readTree(value));
                String fault = describe(changed.toString());
                if (!fault.isEmpty()) {
                    unexpected.add(path + " = " + value + ": " + fault);
                }
            }
        }
        assertThat(unexpected).isEmpty();
    }

    /// Every key, and every key inside an object, which `/` parts.
    private static List<String> paths(ObjectNode config) {
        List<String> paths = new ArrayList<>();
        config.properties().forEach(entry -> {
            paths.add(entry.getKey());
            if (entry.getValue() instanceof ObjectNode inside && !entry.getKey().contains("2")) { // not id2label
                paths(inside).forEach(key -> paths.add(entry.getKey() + "/" + key));
            }
        });
        return paths;
    }

    private static ObjectNode changed(ObjectNode config, String path, JsonNode value) {
        ObjectNode copy = config.deepCopy();
        ObjectNode place = copy;
        String[] keys = path.split("/");
        for (int i = 0; i < keys.length - 1; i++) {
            place = (ObjectNode) place.get(keys[i]);
        }
        place.set(keys[keys.length - 1], value);
        return copy;
    }

    /// What goes wrong in a way it should not; empty if nothing does.
    private static String describe(String json) {
        long start = System.nanoTime();
        try {
            Mapping.of(Config.parse(Path.of("config.json"), json)).table().stored();
        } catch (CheckpointException e) {
            if (!e.getMessage().startsWith("config.json: ")) {
                return "does not name the file: " + e.getMessage();
            }
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return e + " at " + e.getStackTrace()[0];
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return seconds < 20 ? "" : "takes " + seconds + " s";
    }

    @Test
    void theDepthOfObjectsIsBounded() {
        String deep = "{\"x\":".repeat(100_000) + "1" + "}".repeat(100_000);
        assertThat(describe("{\"model_type\": \"gpt2\", \"x\": " + deep + "}")).isEmpty();
        assertThat(describe("{\"model_type\": " + deep + "}")).isEmpty();
    }

    @Test
    void keysThatStandTwiceAreRefused() {
        assertThat(describe("{\"model_type\": \"gpt2\", \"model_type\": \"bert\"}"))
                .isEmpty();
    }
}
