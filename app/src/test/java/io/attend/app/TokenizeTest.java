package io.attend.app;

import static io.attend.app.Said.attend;
import static org.assertj.core.api.Assertions.assertThat;

import io.attend.data.MappedTokens;
import io.attend.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeTest {
    @TempDir
    private Path folder;

    @Test
    void documentsOfSeveralFilesAndKindsBecomeTokens() throws IOException {
        Path json = Files.writeString(folder.resolve("a.jsonl"), "{\"body\": \"abba\"}\n{\"body\": \"b\"}\n");
        Path table = folder.resolve("b.csv.gz");
        try (var packed = new GZIPOutputStream(Files.newOutputStream(table))) {
            packed.write("id,body\n1,\"a\nb\"\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        Path lines = Files.writeString(folder.resolve("c.txt"), "aa\n\nba\n");
        Tokenizer tokenizer = Tokenizer.characters(List.of("ab\n"), List.of("<unk>", "</s>"));
        Path words = folder.resolve("words.json");
        tokenizer.save(words);
        Path out = folder.resolve("all.tokens");
        Said said = attend("tokenize", json, table, lines, "--tokenizer", words, "--out", out, "--field", "body");
        assertThat(said.err()).isEmpty();
        assertThat(said.status()).isZero();
        assertThat(said.out()).matches("17 tokens of 5 documents, each with its end token, in .* s: .*all\\.tokens\n");
        MappedTokens mapped = MappedTokens.open(out);
        assertThat(tokenizer.decode(mapped.copy(0, 17), io.attend.tokenizer.Specials.KEEP))
                .isEqualTo("abba</s>b</s>a\nb</s>aa</s>ba</s>");
        Said bare = attend("tokenize", lines, "--tokenizer", words, "--out", out, "--no-end", "--json");
        assertThat(bare.out()).contains("\"tokens\":4", "\"documents\":2", "\"ended\":false");
        Said wrong = attend("tokenize", json, "--tokenizer", words, "--out", out);
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.err())
                .isEqualTo(
                        "attend tokenize: " + json + ", line 1: no field \"text\"; it has body; name one of these\n");
        assertThat(MappedTokens.open(out).size())
                .as("what was there is untouched")
                .isEqualTo(4);
        assertThat(attend("tokenize", lines, "--tokenizer", words, "--out", out, "--threads", "0")
                        .status())
                .isEqualTo(2);
    }
}
