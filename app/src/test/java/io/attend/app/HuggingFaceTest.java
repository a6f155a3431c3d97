package io.attend.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The commands that read and write folders of Hugging Face.
class HuggingFaceTest {
    private static final Path BERT = Path.of("..", "core", "src", "test", "resources", "hf", "bert-base");

    @TempDir
    Path folder;

    private record Said(int status, String out, String err) {}

    private static Said attend(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words =
                java.util.Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        int status = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
        return new Said(status, out.toString(), err.toString());
    }

    @Test
    void verifySaysEachTensorAndEndsWithZero() {
        Said said = attend("verify", BERT);
        assertThat(said.status()).as(said.out()).isZero();
        assertThat(said.out())
                .contains("out.pooler_output")
                .contains("all 7 equal")
                .doesNotContain("FAIL");
    }

    @Test
    void verifyEndsWithOneWhereANumberDiffersAndSaysWhich() {
        Said said = attend("verify", BERT, "--tolerance", "0", "--json");
        assertThat(said.status()).isEqualTo(1);
        JsonNode last = JsonMapper.builder()
                .build()
                .readTree(said.out().lines().toList().getLast());
        assertThat(last.get("name").stringValue()).isEqualTo("out.pooler_output");
        assertThat(last.get("passed").booleanValue()).isFalse();
        assertThat(last.get("error").doubleValue()).isBetween(1e-12, 1e-4);
    }

    @Test
    void verifyRefusesAFolderWithNothingToCompareWith() throws IOException {
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(BERT.resolve(file), folder.resolve(file));
        }
        Said said = attend("verify", folder);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.out()).contains("expected.safetensors: no such file");
    }

    @Test
    void exportWritesAFolderThatVerifies() throws IOException {
        Path copy = folder.resolve("copy");
        assertThat(attend("export", BERT, copy).status()).isZero();
        Files.copy(BERT.resolve("expected.safetensors"), copy.resolve("expected.safetensors"));
        assertThat(attend("verify", copy).status()).isZero();
        assertThat(attend("export", BERT, copy).status()).isEqualTo(2);
    }

    @Test
    void inspectShowsWhatIsInAFolder() {
        assertThat(attend("inspect", BERT).out()).startsWith("Encoder of width 32");
    }
}
