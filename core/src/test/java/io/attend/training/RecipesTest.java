package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.Attend;
import io.attend.checkpoint.RunFolder;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Every recipe that comes with Attend, carried out in a shrunken form: a few steps of a tiny model on made-up
/// files of the kind its data needs.
class RecipesTest {
    private static final Path RECIPES = Path.of("..", "recipes");

    /// Sizes a shrunken recipe has, wherever it has such a key.
    private static final Map<String, String> SMALL = Map.ofEntries(
            Map.entry("model.layers", "1"),
            Map.entry("model.width", "12"),
            Map.entry("model.heads", "2"),
            Map.entry("model.hidden", "13"),
            Map.entry("model.attention", "7"),
            Map.entry("words.size", "289"),
            Map.entry("objective.length", "17"),
            Map.entry("data.training", "53"),
            Map.entry("data.heldOut", "7"),
            Map.entry("schedule.warmup", "2"),
            Map.entry("steps", "5"),
            Map.entry("batch", "6"),
            Map.entry("evaluateEvery", "3"),
            Map.entry("checkpointEvery", "3"));

    @TempDir
    Path folder;

    static Stream<Path> recipes() throws IOException {
        try (Stream<Path> files = Files.list(RECIPES)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void aRecipeRuns(Path file) throws IOException {
        String yaml = Files.readString(file);
        JsonNode tree = YAMLMapper.shared().readTree(yaml);
        List<String> changes = new ArrayList<>(List.of("threads=1"));
        SMALL.forEach((key, value) -> {
            if (has(tree, key)) {
                changes.add(key + "=" + value);
            }
        });
        changes.addAll(data(tree.path("data")));
        Recipe recipe = Recipe.parse(yaml, changes);
        RunFolder run = RunFolder.create(folder.resolve("run"));
        Trainer.Outcome outcome = new Trainer(recipe, run, Progress.silent()).run();
        assertThat(outcome.measures()).isNotEmpty();
        assertThat(outcome.measures().values())
                .allSatisfy(measure ->
                        assertThat(measure).as("%s", outcome.measures()).isFinite());
        try (Attend model = Attend.load(run.path())) {
            assertThat(model.model().parameters()).isNotEmpty();
        }
    }

    private static boolean has(JsonNode tree, String key) {
        JsonNode place = tree;
        for (String part : key.split("\\.")) {
            place = place.path(part);
        }
        return !place.isMissingNode();
    }

    /// Writes what data of that kind reads, and says where.
    private List<String> data(JsonNode data) throws IOException {
        String type = data.path("type").asString();
        return switch (type) {
            case "DateExamples" -> List.of();
            case "TextFile" -> {
                List<String> changes = new ArrayList<>(List.of("data.path=" + write("text", sentences(97))));
                if (data.has("heldOutPath")) {
                    changes.add("data.heldOutPath=" + write("held", sentences(31)));
                }
                yield changes;
            }
            case "LabeledFile" ->
                List.of("data.path=" + write("train", labeled(41)), "data.heldOutPath=" + write("held", labeled(11)));
            case "TaggedFile" ->
                List.of("data.path=" + write("train", tagged(41)), "data.heldOutPath=" + write("held", tagged(11)));
            case "SquadFile" ->
                List.of(
                        "data.path=" + write("train", List.of(questions(41))),
                        "data.heldOutPath=" + write("held", List.of(questions(11))),
                        "objective.length=41",
                        "objective.overlap=3");
            case "ParallelFiles" -> pairs("data.");
            case "BackTranslated" -> {
                List<String> changes = new ArrayList<>(pairs("data.pairs."));
                changes.add("data.written=" + write("written", sentences(23)));
                changes.add("data.target=" + write("target", sentences(23).reversed()));
                yield changes;
            }
            default ->
                throw new IllegalArgumentException("RecipesTest has no small data of the kind " + type
                        + "; write some here, so that the recipe is tested");
        };
    }

    private List<String> pairs(String place) throws IOException {
        return List.of(
                place + "source=" + write("a", sentences(41)),
                place + "target=" + write("b", sentences(41).reversed()),
                place + "heldOutSource=" + write("c", sentences(11)),
                place + "heldOutTarget=" + write("d", sentences(11).reversed()));
    }

    private Path write(String name, List<String> lines) throws IOException {
        return Files.write(folder.resolve(name + ".txt"), lines);
    }

    private static final List<String> WHO = List.of("the dog", "a cat", "the small bird", "my old horse", "nobody");
    private static final List<String> DOES = List.of("sees", "likes", "never finds", "sings about", "follows");

    /// Sentences of the same few words, none of them twice in a row.
    private static List<String> sentences(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> WHO.get(i % 5) + " " + DOES.get(i / 5 % 5) + " " + WHO.get((i + i / 5 + 1) % 5) + " .")
                .toList();
    }

    /// Who is a name that is told apart by its first word, and what is done is none.
    private static List<String> tagged(int count) {
        List<String> lines = new ArrayList<>();
        for (String sentence : sentences(count)) {
            String before = "O";
            for (String word : sentence.split(" ")) {
                boolean name =
                        DOES.stream().noneMatch(does -> List.of(does.split(" ")).contains(word)) && !word.equals(".");
                before = !name ? "O" : before.equals("O") ? "B-who" : "I-who";
                lines.add(word + " " + before);
            }
            lines.add("");
        }
        return lines;
    }

    private static String questions(int count) {
        String paragraphs = sentences(count).stream()
                .map(sentence -> {
                    String who = WHO.stream()
                            .filter(sentence::startsWith)
                            .findFirst()
                            .orElseThrow();
                    return "{\"context\": \"" + sentence
                            + "\", \"qas\": [{\"question\": \"who\", \"answers\": [{\"text\": \"" + who
                            + "\", \"answer_start\": 0}]}]}";
                })
                .collect(Collectors.joining(", "));
        return "{\"data\": [{\"paragraphs\": [" + paragraphs + "]}]}";
    }

    private static List<String> labeled(int count) {
        List<String> sentences = sentences(count);
        return IntStream.range(0, count)
                .mapToObj(i -> sentences.get(i) + "\t" + (i % 2 == 0 ? "yes" : "no"))
                .toList();
    }
}
