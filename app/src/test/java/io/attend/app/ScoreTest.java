package io.attend.app;

import static io.attend.app.Said.attend;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreTest {
    @TempDir
    private Path folder;

    private Path written;
    private Path wanted;

    @BeforeEach
    void write() throws IOException {
        written = Files.writeString(folder.resolve("written"), "a b c d e\nx\n");
        wanted = Files.writeString(folder.resolve("wanted"), "a b c d f\nx\n");
    }

    /// By hand: runs of words 5/6, 3/4, 2/3 and 1/2, no brevity; one word of six is wrong, one line of two is
    /// right, and ROUGE-L is the mean of 4/5 and 1.
    @Test
    void measuresLinesAgainstLines() {
        Said said = attend("score", written, wanted, "--tokens", "none");
        assertThat(said.err()).isEmpty();
        assertThat(said.status()).isZero();
        assertThat(said.out())
                .startsWith(
                        "BLEU = 67.56 83.3/75.0/66.7/50.0 (BP = 1.000 ratio = 1.000 hyp_len = 6 ref_len = 6)  nrefs:1|")
                .contains("ROUGE-L = 0.9000, word error rate = 0.1667", "exact match = 0.5000");
        Said json = attend("score", written, wanted, "--json");
        assertThat(json.out())
                .contains("\"bleuSignature\":\"nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|", "\"exactMatch\":0.5");
        assertThat(attend("score", written, wanted, written, "--tokens", "none").out())
                .as("either file may be right")
                .startsWith("BLEU = 100.00")
                .contains("nrefs:2|")
                .doesNotContain("ROUGE");
    }

    @Test
    void whatCannotBeScoredIsRefused() throws IOException {
        Path brief = Files.writeString(folder.resolve("short"), "a\n");
        assertThat(attend("score", written, brief))
                .isEqualTo(new Said(
                        2,
                        "",
                        "attend score: " + written + " has 2 lines and " + brief
                                + " 1; line by line they must be about the same\n"));
        assertThat(attend("score", written, wanted, "--tokens", "moses").err())
                .isEqualTo("attend score: \"moses\" is no way to find words; there are none, 13a, intl, char, zh\n");
        Path empty = Files.writeString(folder.resolve("empty"), "");
        assertThat(attend("score", empty, empty).err()).contains("has no line to score");
    }
}
