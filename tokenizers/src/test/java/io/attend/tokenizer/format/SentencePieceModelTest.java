package io.attend.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The ids and texts that SentencePiece 0.1.97 itself gives.
class SentencePieceModelTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama2-tokenizer", "sentencepiece-unigram-en", "sentencepiece-unigram-ja"})
    void equalsSentencePiece(String name) {
        Tokenizer tokenizer = Tokenizer.load(SharedData.file("tokenizers/" + name + ".model"));
        Tokenizer again = Tokenizer.read(tokenizer.toJson());
        List<String> lines = SharedData.text("tokenizers/" + name + ".expected.jsonl.gz")
                .lines()
                .toList();
        assertThat(lines.size()).isGreaterThan(1700);
        List<String> wrong = new ArrayList<>();
        for (String line : lines) {
            JsonNode expected = Json.parse(line, name);
            String text = expected.get("text").stringValue();
            int[] ids = new int[expected.get("ids").size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = expected.get("ids").get(i).intValue();
            }
            int[] got = tokenizer.ids(text);
            String decoded = tokenizer.decode(ids, Specials.KEEP);
            if (!java.util.Arrays.equals(got, ids)) {
                wrong.add(text + ": " + java.util.Arrays.toString(got) + " for " + java.util.Arrays.toString(ids));
            }
            if (!decoded.equals(expected.get("decoded").stringValue())) {
                wrong.add(
                        "decoded " + decoded + " for " + expected.get("decoded").stringValue());
            }
            assertThat(again.ids(text)).isEqualTo(got);
        }
        assertThat(wrong).isEmpty();
    }
}
