package io.attend.app;

import static io.attend.app.Said.attend;
import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Presets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MainTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> SMALL = List.of(
            "data={type: DateExamples, training: 131, heldOut: 37}",
            "model={type: Transformer2017, layers: 1, width: 8, heads: 2, hidden: 11}",
            "steps=20",
            "batch=13");

    @TempDir
    Path folder;

    private Said train(Path run, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", "dates"));
        arguments.addAll(SMALL);
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--run", run.toString()));
        return attend(arguments.toArray());
    }

    @Test
    void everyRecipeIsKnownByName() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("..", "recipes"))) {
            String names = files.map(file -> file.getFileName().toString().replace(".yaml", ""))
                    .sorted()
                    .collect(Collectors.joining(", "));
            assertThat(attend("train", "nothing").err()).contains("that comes with Attend (" + names + ")");
        }
    }

    @Test
    void drawsPositionsAndMasks() throws java.io.IOException {
        Path file = folder.resolve("map.html");
        Said said = attend("inspect", "--position", "Alibi", "--length", "7", "--draw", file.toString());
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out()).contains("\"Alibi\"", "8 pictures");
        assertThat(file).content().contains("bias, head 4", "data:image/png;base64,");
        String waves = "{\"type\": \"SinusoidalPosition\", \"order\": \"halves\"}";
        said = attend("inspect", "--position", waves, "--draw", file.toString());
        assertThat(said.out()).contains("\"halves\"", "1 pictures");
        said = attend("inspect", "--mask", "{\"type\": \"SlidingWindow\", \"size\": 3}", "--draw", file.toString());
        assertThat(said.out()).contains("SlidingWindow", "1 pictures");
        failsIn(2, "drawing needs a --position or a --mask, and --draw FILE", "inspect", "--position", "Alibi");
        failsIn(2, "name a model to inspect", "inspect");
        failsIn(2, "--length must be 1 ... 2048, not 0", "inspect", "--mask", "Causal", "--length", "0", "--draw", "x");
        failsIn(1, "unknown RelativePosition type Alibaba", "inspect", "--position", "Alibaba", "--draw", "x");
        failsIn(2, "name a model or draw a position, not both", "inspect", "gpt2", "--draw", "x");
    }

    @Test
    void trainsAndEndsWithOneLineOfJson() {
        Path run = folder.resolve("run");
        Said said = train(run, "--json");
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out().lines()).hasSize(1);
        JsonNode line = JSON.readTree(said.out());
        assertThat(line.propertyNames())
                .containsExactly(
                        "exactMatch", "bleu", "BLEU", "signature", "seconds", "parameters", "steps", "chosen", "run");
        assertThat(line.get("exactMatch").doubleValue()).isBetween(0.0, 1.0);
        assertThat(line.get("run").stringValue()).isEqualTo(run.toString());
        assertThat(run).isDirectoryContaining("glob:**report.html").isDirectoryContaining("glob:**recipe.yaml");

        Said tree = attend("inspect", run.toString());
        assertThat(tree.out()).startsWith("EncoderDecoder of width 8: ").contains("cross");
        assertThat(attend("cost", run.toString(), "--lengths", "7,1k").out()).contains("1,024");

        Said other = train(run, "seed=77");
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).contains("holds a run of another recipe");

        Said quickstart = attend("quickstart", "--run", run.toString());
        assertThat(quickstart.status()).isEqualTo(2);
        assertThat(quickstart.err()).contains("holds a run that is not a quickstart");
    }

    /// A score of translations says nothing without how it was counted: sacreBLEU's signature.
    @Test
    void whatIsSaidOfARunHasTheSignatureOfItsScore() throws IOException {
        Path run = folder.resolve("run");
        Said said = train(run);
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out())
                .contains("exact match ", "signature nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:");
        assertThat(run.resolve("report.html")).content().contains("nrefs:1|case:mixed");
    }

    @Test
    void comparesRunsAsTablesAsJsonAndAsAPage() throws IOException {
        Path slow = folder.resolve("slow");
        Path fast = folder.resolve("fast");
        assertThat(train(slow, "schedule={type: Constant, rate: 0.001}").status())
                .isZero();
        assertThat(train(fast, "schedule={type: Constant, rate: 0.02}").status())
                .isZero();
        Said tables = attend("compare", slow.toString(), fast.toString());
        assertThat(tables.status()).as(tables.err()).isZero();
        assertThat(tables.out().lines())
                .anyMatch(line -> line.matches("schedule.rate +0\\.001 +0\\.02"))
                .anyMatch(line -> line.matches("signature +nrefs:1.*"))
                .noneMatch(line -> line.startsWith("model.width"));
        Path page = folder.resolve("both.html");
        Said both = attend("compare", slow.toString(), fast.toString(), "--html", page.toString(), "--json");
        assertThat(both.status()).as(both.err()).isZero();
        assertThat(both.out().lines()).hasSize(1);
        JsonNode line = JSON.readTree(both.out());
        assertThat(line.at("/differences/slow/schedule.rate").stringValue()).isEqualTo("0.001");
        assertThat(line.at("/differences/fast").propertyNames()).containsExactly("schedule.rate");
        assertThat(line.at("/outcomes/fast/steps").stringValue()).isEqualTo("20");
        assertThat(both.err()).contains("written: " + page);
        assertThat(page).content().contains("validation loss", "slow", "fast", "learning rate");
        failsIn(2, "requires at least 2 values", "compare", slow.toString());
        failsIn(
                1,
                "nowhere",
                "compare",
                slow.toString(),
                folder.resolve("nowhere").toString());
    }

    @Test
    void answersEachInputOrSaysWhyNot() throws IOException {
        Path run = folder.resolve("run");
        assertThat(train(run).status()).isZero();
        Said answers = attend("run", "translate", run.toString(), "5. märz 2024", "\uD83D\uDE00", "--json");
        assertThat(answers.status()).as(answers.err()).isZero();
        assertThat(answers.out().lines()).hasSize(2);
        assertThat(JSON.readTree(answers.out().lines().findFirst().orElseThrow())
                        .get("input")
                        .stringValue())
                .isEqualTo("5. märz 2024");
        failsIn(1, "the text has 200 characters", "run", "read-date", run.toString(), "x".repeat(200));
        failsIn(1, "could be two days", "run", "read-date", run.toString(), "03/04/2024");
        failsIn(1, "the text is empty", "run", "read-date", run.toString(), "");

        Path weights = run.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));
        failsIn(1, "the file is", "run", "read-date", run.toString(), "2024-03-05");
        Files.write(weights, new byte[] {1, 2, 3});
        failsIn(1, "model.safetensors", "run", "read-date", run.toString(), "2024-03-05");
    }

    private static void failsIn(int status, String message, String... arguments) {
        Said said = attend((Object[]) arguments);
        assertThat(said.err()).contains(message);
        assertThat(said.err().lines()).as("lines of the error").hasSize(1);
        assertThat(said.status()).isEqualTo(status);
        assertThat(said.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | Unmatched argument at index 0: 'dance'           | dance",
                "2 | Missing required parameter                       | run",
                "2 | unknown task sing; known: answer, classify, embed| run sing runs/x y",
                "1 | no such folder                                   | run read-date no/such/run y",
                "2 | there is no architecture gpt9                    | cost gpt9",
                "2 | \"0\" is not a length; write 512 or 2k           | cost gpt2 --lengths 0",
                "2 | the batch must be at least 1, not 0              | cost gpt2 --batch 0",
                "1 | the text has 2048 tokens, but the model has learned only 1024 positions | cost gpt2 --lengths 2k",
                "2 | there is no variant Rotary99                     | catalogue Rotary99",
                "2 | there is no recipe nothing                       | train nothing",
                "2 | dates: $: unknown [stepz]; Recipe has            | train dates stepz=5",
                "2 | Unknown option: '--fast'                         | quickstart --fast",
            })
    void aWrongCommandLineIsOneLine(int status, String message, String arguments) {
        failsIn(status, message, arguments.split(" "));
    }

    @Test
    void verboseShowsWhereAnErrorCameFrom() {
        assertThat(attend("--verbose", "cost", "gpt9").err())
                .contains("UsageException")
                .contains("\tat ");
        assertThat(attend("cost", "gpt9", "--verbose").err()).contains("\tat ");
    }

    @Test
    void anArchitectureThatCannotBeBuiltIsNamedByItsPlace() throws IOException {
        String json =
                Presets.transformer(31, 1, Presets.Size.width(32).heads(8), 0).toJson();
        Path file = folder.resolve("architecture.json");
        Files.writeString(file, json.replace("\"count\" : 8", "\"count\" : 7"));
        failsIn(1, "encoder.0.attention: 7 heads cannot divide width 32", "inspect", file.toString());
        Files.writeString(file, json.replace("\"count\" : 8", "\"count\" : 8, \"hedas\" : 3"));
        failsIn(1, "unknown [hedas]; Heads has [count, keyValue, size]", "inspect", file.toString());
        Files.writeString(file, "{");
        failsIn(1, "architecture.json: $: ", "inspect", file.toString());
        Path empty = Files.createDirectory(folder.resolve("empty"));
        failsIn(1, "architecture.json: no such file", "inspect", empty.toString());
    }

    @Test
    void listsTheCatalogueAndShowsAPageAndItsSource() throws IOException {
        assertThat(attend("catalogue").out()).contains("Norm\n  BatchNorm, LayerNorm, NoNorm");
        assertThat(JSON.readTree(attend("catalogue", "--json").out()).get("Mask"))
                .hasSizeGreaterThan(2);
        assertThat(attend("catalogue", "SoftmaxAttention").out()).contains("softmax", "1706.03762", "| `heads` |");
        assertThat(attend("catalogue", "SoftmaxAttention", "--source").out())
                .contains("public record SoftmaxAttention(");
        Path file = folder.resolve("catalogue.md");
        assertThat(attend("catalogue", "--write", file.toString()).status()).isZero();
        assertThat(Path.of("..", "docs", "catalogue.md"))
                .as("docs/catalogue.md is generated: ./attend catalogue --write docs/catalogue.md")
                .hasSameTextualContentAs(file);
    }

    @Test
    void helpNamesEveryVerbAndTheFirstStep() {
        Said help = attend();
        assertThat(help.status()).isZero();
        assertThat(help.out())
                .contains("quickstart", "train", "run", "inspect", "tokenizer", "vocabulary", "cost", "catalogue");
        assertThat(attend("train", "--help").out()).contains("RECIPE", "KEY=VALUE", "--run=DIR");
    }

    @Test
    void costAsJsonHasPlainFigures() {
        Said said = attend("cost", "gpt2", "--lengths", "128", "--json");
        JsonNode line = JSON.readTree(said.out());
        assertThat(line.get("parameters").longValue()).isEqualTo(124_439_808L); // as published
        assertThat(line.get("weightBytes").longValue()).isEqualTo(4 * 124_439_808L);
        assertThat(line.get("sequentialSteps").longValue()).isEqualTo(24);
        assertThat(line.get("longestPath").longValue()).isEqualTo(1);
        assertThat(line.get("overtakesFeedForwardAt").longValue()).isEqualTo(1517);
    }

    /// A model whose learned positions end is one row of a comparison, not its end.
    @Test
    void costComparesBeyondWhatOneModelReads() {
        Said said = attend("cost", "gpt2", "transformer-base", "--lengths", "512,2k");
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out().lines().filter(line -> line.startsWith("gpt2 ") || line.startsWith("transformer-base ")))
                .hasSize(4)
                .anyMatch(line -> line.matches("gpt2 +2,048  .*the text has 2048 tokens, but the model has learned only"
                        + " 1024 positions.*"))
                .anyMatch(line -> line.matches("transformer-base +2,048 +[\\d,]{10,}.*"));
        Said lines = attend("cost", "gpt2", "transformer-base", "--lengths", "512,2k", "--json");
        List<JsonNode> rows = lines.out().lines().map(JSON::readTree).toList();
        assertThat(rows).hasSize(4);
        assertThat(rows.get(1).get("refused").stringValue()).contains("only 1024 positions");
        assertThat(rows.get(3).get("length").longValue()).isEqualTo(2048);
        assertThat(rows.get(3).has("refused")).isFalse();
    }

    @Test
    void costDrawsItsFiguresOverLength(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("cost.html");
        Said said = attend("cost", "gpt2", "transformer-base", "--lengths", "64,512", "--plot", file.toString());
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out())
                .contains("gpt2: what mixes positions takes more operations than the feed-forward from 1,517");
        String html = Files.readString(file);
        assertThat(html.split("<polyline", -1)).as("four drawings of two lines").hasSize(1 + 4 * 2);
        Said crossing = attend("cost", "gpt2", "transformer-base", "--lengths", "64,8k", "--plot", file.toString());
        assertThat(crossing.status()).as(crossing.err()).isZero();
        assertThat(Files.readString(file)).as("gpt2 ends before").doesNotContain("<title>gpt2,");
        assertThat(Files.readString(file).split("<title>transformer-base, ", -1))
                .hasSize(1 + 4);
        assertThat(html).contains("gpt2", "transformer-base", "prefers-color-scheme: dark");
        assertThat(html).as("nothing is loaded").doesNotContain("http", "<script", "url(");
        assertThat(attend("cost", "gpt2", "--lengths", "64", "--plot", file.toString()))
                .matches(wrong -> wrong.status() == 2 && wrong.err().contains("a plot needs two lengths"));
    }
}
