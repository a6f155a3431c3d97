package io.attend.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchTest {
    private static final String[] TINY = {
        "bench", "attention", "--lengths", "31,7", "--width", "20", "--heads", "2", "--threads", "1"
    };

    private static Said say(String[] first, String... more) {
        String[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return Said.attend((Object[]) all);
    }

    /// Measures, draws and writes a table, which the catalogue chooses from.
    @Test
    void measuresAndChoosesByIt(@TempDir Path folder) throws IOException {
        Path table = folder.resolve("table.jsonl");
        Path page = folder.resolve("page.html");
        Said said =
                say(TINY, "--variants", "Lstm,FourierMixing", "--write", table.toString(), "--html", page.toString());
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out())
                .contains(
                        "SoftmaxAttention.CAUSAL", "SoftmaxAttention.EXAMPLE", "Lstm.BOTH_WAYS", "FourierMixing", "T²")
                .doesNotContain("Gru");
        assertThat(Files.readString(page))
                .contains("<polyline", "SoftmaxAttention.CAUSAL")
                .doesNotContain("<script");
        List<String> lines = Files.readAllLines(table);
        assertThat(lines).hasSize(5);
        JsonNode first = JsonMapper.shared().readTree(lines.getFirst());
        assertThat(first.get("mixer").asString("")).isEqualTo("FourierMixing.EXAMPLE");
        assertThat(first.get("command").asString(""))
                .isEqualTo("attend " + String.join(" ", TINY) + " --variants Lstm,FourierMixing");
        assertThat(first.get("figures").size()).isEqualTo(2);

        Said chosen = Said.attend(
                "catalogue", "efficient", "--length", "29", "--causal", "--table", table.toString(), "--json");
        assertThat(chosen.status()).as(chosen.err()).isZero();
        Map<String, JsonNode> variants = new LinkedHashMap<>();
        chosen.out()
                .lines()
                .map(JsonMapper.shared()::readTree)
                .forEach(node -> variants.put(node.get("variant").asString(""), node));
        assertThat(variants)
                .containsKeys("SoftmaxAttention.CAUSAL", "Lstm.EXAMPLE", "Gru.EXAMPLE")
                .doesNotContainKeys("FourierMixing.EXAMPLE", "Lstm.BOTH_WAYS");
        assertThat(variants.get("Lstm.EXAMPLE").get("measuredAt").asLong(0)).isEqualTo(7);
        assertThat(variants.get("Gru.EXAMPLE").has("measuredAt")).isFalse();

        Said constant = Said.attend("catalogue", "efficient", "--constant-state", "--table", table.toString());
        assertThat(constant.out()).contains("Lstm.EXAMPLE").doesNotContain("SoftmaxAttention");
        Said exact = Said.attend("catalogue", "efficient", "--exact", "--memory", "100M", "--table", table.toString());
        assertThat(exact.out())
                .contains("SoftmaxAttention.EXAMPLE", "do not.")
                .doesNotContain("Lstm.", "TwoStreamAttention.EXAMPLE"); // whose pairs take gigabytes
        Said none = Said.attend("catalogue", "efficient", "--memory", "1k", "--table", table.toString());
        assertThat(none.out()).startsWith("0 fit 8,192 tokens into 1.00 kB");
    }

    @Test
    void exponentsStandBesideClaims() {
        Said said = say(TINY, "--variants", "SoftmaxAttention.GROUPED", "--json");
        assertThat(said.status()).as(said.err()).isZero();
        List<JsonNode> all =
                said.out().lines().map(JsonMapper.shared()::readTree).toList();
        assertThat(all).hasSize(2);
        JsonNode grouped = all.getLast();
        assertThat(grouped.get("variant").asString("")).isEqualTo("SoftmaxAttention.GROUPED");
        assertThat(grouped.get("claim").get("time").asString("")).isEqualTo("T²");
        assertThat(grouped.get("exponents").has("training")).isTrue();
        assertThat(grouped.get("figures").get(1).get("length").asLong(0)).isEqualTo(31);
    }

    @Test
    void tasksAreLearnedAndGraded(@TempDir Path folder) throws IOException {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "to be or not to be, that is the question. ".repeat(30));
        Said said = Said.attend(
                "bench",
                "tasks",
                "--attention",
                "SoftmaxAttention",
                "--tasks",
                "recall,text",
                "--text",
                text.toString(),
                "--steps",
                "2",
                "--batch",
                "3",
                "--layers",
                "1",
                "--width",
                "10",
                "--heads",
                "2",
                "--length",
                "17");
        assertThat(said.status()).as(said.err()).isZero();
        List<String> lines = said.out().lines().toList();
        assertThat(lines.getFirst()).matches("variant +parameters +recall +s +memory +text +s +memory");
        assertThat(lines.get(1)).matches("SoftmaxAttention.EXAMPLE +\\S+( k)? +\\S+% .* -.*");
        assertThat(lines.get(2)).matches("SoftmaxAttention.CAUSAL +\\S+( k)? +\\S+% .*\\d\\.\\d{3} .*B");
    }

    @Test
    void refusesInOneLine(@TempDir Path folder) throws IOException {
        Path table = folder.resolve("table.jsonl");
        Files.writeString(table, "{\"mixer\": 3}\n");
        for (String[] wrong : new String[][] {
            {"bench", "attention", "--variants", "Softmax", "there is no variant Softmax that mixes positions"},
            {"bench", "attention", "--memory", "much", "\"much\" is no amount of memory; write 500M or 2G"},
            {"bench", "attention", "--memory", "0", "\"0\" is no amount of memory; write 500M or 2G"},
            {"bench", "attention", "--heads", "3", "3 heads cannot divide width 128 evenly"},
            {"bench", "attention", "--lengths", "-5", "\"-5\" is not a length; write 512 or 2k"},
            {"bench", "tasks", "--tasks", "text", "the task text needs a text; give --text FILE"},
            {"bench", "tasks", "--tasks", "chess", "there is no task chess; there are copy, recall, listops and text"},
            {"bench", "tasks", "--steps", "0", "steps, batch, layers, width and heads must be at least 1, not 0"},
            {"bench", "tasks", "--length", "3", "texts need a length of at least 16 tokens, not 3"},
            {"catalogue", "efficient", "--table", table.toString(), table + " is no table of measurements: "},
            {"catalogue", "efficient", "--layers", "0", "a model has at least 1 layer, not 0"}
        }) {
            Said said = Said.attend((Object[]) Arrays.copyOf(wrong, wrong.length - 1));
            assertThat(said.status()).as(said.err()).isEqualTo(2);
            assertThat(said.err()).contains(wrong[wrong.length - 1]).hasLineCount(1);
        }
    }
}
