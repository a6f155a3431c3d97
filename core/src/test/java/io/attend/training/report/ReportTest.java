package io.attend.training.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
    private static final AttentionMap MAP =
            new AttentionMap("layer 0", List.of("2", "0", "-"), List.of("5", " "), new float[][][] {
                {{0.25f, 0.75f}, {1, 0}, {0.123449f, -0.5f}},
                {{0, 1}, {0.5f, 0.5f}, {1, 0}},
            });

    private static final Report REPORT = new Report(
            "Reading dates",
            "An encoder-decoder.",
            List.of(new Fact("exact match", "99.4%"), new Fact("steps", "4,000")),
            List.of(new Chart(
                    "loss",
                    List.of(
                            new Curve("training", new double[] {1, 2, 3}, new double[] {5.5, Double.NaN, 1.0 / 3}),
                            new Curve("validation", new double[] {3}, new double[] {0.5}, new double[] {7.5})))),
            List.of(new Table("Recipes", List.of("", "a", "b"), List.of(List.of("batch", "12", "64")))),
            List.of(
                    new Sample("5. märz 2024", "2024-03-05", "2024-03-06", List.of(MAP)),
                    Sample.open("To be", ", or not", List.of())),
            "EncoderDecoder\n└─ head");

    private static String data(String html) {
        Matcher matcher = Pattern.compile("<script type=\"application/json\" id=\"data\">([^<]*)</script>")
                .matcher(html);
        assertThat(matcher.find()).isTrue();
        String data = matcher.group(1);
        assertThat(matcher.find()).isFalse();
        return data;
    }

    private static JsonNode parsed(Report report) {
        return JsonMapper.shared().readTree(data(report.html()));
    }

    @Test
    void thePageHoldsEveryValue() {
        JsonNode page = parsed(REPORT);
        assertThat(page.at("/title").asString()).isEqualTo("Reading dates");
        assertThat(page.at("/about").asString()).isEqualTo("An encoder-decoder.");
        assertThat(page.at("/facts/1/name").asString()).isEqualTo("steps");
        assertThat(page.at("/facts/1/value").asString()).isEqualTo("4,000");
        assertThat(page.at("/charts/0/name").asString()).isEqualTo("loss");
        assertThat(page.at("/charts/0/curves/1/seconds/0").asDouble()).isEqualTo(7.5);
        assertThat(page.at("/charts/0/curves/0/seconds").isMissingNode()).isTrue();
        assertThat(page.at("/tables/0/columns/2").asString()).isEqualTo("b");
        assertThat(page.at("/tables/0/rows/0/1").asString()).isEqualTo("12");
        assertThat(page.at("/charts/0/curves/0/x").toString()).isEqualTo("[1.0,2.0,3.0]");
        assertThat(page.at("/charts/0/curves/0/y").toString()).isEqualTo("[5.5,\"NaN\",0.33333334]");
        assertThat(page.at("/charts/0/curves/1/name").asString()).isEqualTo("validation");
        assertThat(page.at("/samples/0/input").asString()).isEqualTo("5. märz 2024");
        assertThat(page.at("/samples/0/expected").asString()).isEqualTo("2024-03-05");
        assertThat(page.at("/samples/0/predicted").asString()).isEqualTo("2024-03-06");
        assertThat(page.at("/samples/0/maps/0/rows").toString()).isEqualTo("[\"2\",\"0\",\"-\"]");
        assertThat(page.at("/samples/0/maps/0/columns").toString()).isEqualTo("[\"5\",\" \"]");
        assertThat(page.at("/samples/0/maps/0/heads").toString())
                .isEqualTo("[[[2500,7500],[10000,0],[1234,-5000]],[[0,10000],[5000,5000],[10000,0]]]");
        assertThat(page.at("/samples/1").has("expected")).isFalse();
        assertThat(page.at("/architecture").asString()).isEqualTo("EncoderDecoder\n└─ head");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "</script><script>alert(1)</script>",
                "<!-- <script>",
                "]]> &lt;/script&gt; &amp; \"quotes\" 'and' `these` \\u003c \\",
                "שלום ‏\u202e مرحبا \u2066x\u2069",
                "line\u2028paragraph\u2029next\u0085\0\u0007\r\n\t",
                "\uD83D lone surrogates \uDE00",
                "{{data}} $1 \\$0",
                "<img src=x onerror=alert(1)>",
            })
    void hostileTextStaysText(String text) {
        AttentionMap map = new AttentionMap(text, List.of(text), List.of(text), new float[][][] {{{1}}});
        Curve curve = new Curve(text, new double[] {1}, new double[] {1});
        Report report = new Report(
                text,
                text,
                List.of(new Fact(text, text)),
                List.of(new Chart(text, List.of(curve))),
                List.of(new Table(text, List.of(text), List.of(List.of(text)))),
                List.of(new Sample(text, Optional.of(text), text, List.of(map))),
                text);
        String html = report.html();
        assertThat(data(html))
                .doesNotContainPattern("[<>&\u2028\u2029\u0085\0]")
                .isASCII();
        assertThat(html.replace(data(html), "")).isEqualTo(REPORT.html().replace(data(REPORT.html()), ""));
        JsonNode page = parsed(report);
        for (String at : List.of(
                "/title",
                "/about",
                "/facts/0/name",
                "/facts/0/value",
                "/charts/0/name",
                "/charts/0/curves/0/name",
                "/tables/0/name",
                "/tables/0/columns/0",
                "/tables/0/rows/0/0",
                "/samples/0/input",
                "/samples/0/expected",
                "/samples/0/predicted",
                "/samples/0/maps/0/name",
                "/samples/0/maps/0/rows/0",
                "/samples/0/maps/0/columns/0",
                "/architecture")) {
            assertThat(page.at(at).asString()).as(at).isEqualTo(text);
        }
    }

    @Test
    void thePageNeedsNoNetworkAndMayNotUseOne() {
        String html = REPORT.html();
        assertThat(html)
                .contains("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
                .doesNotContainIgnoringCase("http:")
                .doesNotContainIgnoringCase("https:")
                .doesNotContain("//cdn", "url(", "@import", "src=", "srcset", "fetch(", "XMLHttpRequest", "import(")
                .doesNotContain(
                        "WebSocket", "sendBeacon", "innerHTML", "insertAdjacentHTML", "document.write", "eval(");
        assertThat(Pattern.compile("href=\"([^\"]*)\"").matcher(html).results().map(match -> match.group(1)))
                .containsExactly("data:,");
        assertThat(html).doesNotContain("{{");
    }

    @Test
    void theSameReportIsTheSameBytes() {
        assertThat(REPORT.html()).isEqualTo(REPORT.html());
        assertThat(data(REPORT.html()))
                .startsWith(
                        "{\"title\":\"Reading dates\",\"about\":\"An encoder-decoder.\",\"facts\":[{\"name\":\"exact"
                                + " match\",")
                .contains("\"curves\":[{\"name\":\"training\",\"x\":[1.0,");
    }

    @Test
    void longCurvesAreThinned() {
        double[] steps =
                java.util.stream.IntStream.range(0, 50_021).asDoubleStream().toArray();
        Report report = new Report(
                "",
                "",
                List.of(),
                List.of(new Chart("loss", List.of(new Curve("training", steps, steps)))),
                List.of(),
                List.of(),
                "");
        assertThat(parsed(report).at("/charts/0/curves/0/x").size()).isEqualTo(Report.POINTS);
        assertThat(parsed(report).at("/charts/0/curves/0/y").size()).isEqualTo(Report.POINTS);
    }

    @Test
    void writingReplacesTheFileWhole(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("report.html");
        Files.writeString(path, "an older report");
        REPORT.write(path);
        assertThat(path).hasContent(REPORT.html());
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void attentionMapsMustFitTheirSymbols() {
        assertThatThrownBy(() -> new AttentionMap("m", List.of("a"), List.of("b"), new float[][][] {}))
                .hasMessage("attention map 'm' has no heads");
        assertThatThrownBy(() -> new AttentionMap("m", List.of("a", "c"), List.of("b"), new float[][][] {{{1}}}))
                .hasMessage("attention map 'm' head 0 has 1 rows of weights for 2 row symbols");
        assertThatThrownBy(() -> new AttentionMap("m", List.of("a"), List.of("b"), new float[][][] {{{1}}, {{1, 0}}}))
                .hasMessage("attention map 'm' head 1 row 0 has 2 weights for 1 column symbols");
        assertThatThrownBy(() -> new AttentionMap("m", List.of("a"), List.of("b"), new float[][][] {{{Float.NaN}}}))
                .hasMessage("attention map 'm' head 0 row 0 column 0 is NaN; weights must be finite");
        float[][][] weights = MAP.weightsPerHead();
        weights[0][0][0] = 9;
        assertThat(MAP.weightsPerHead()[0][0][0]).isEqualTo(0.25f);
    }
}
