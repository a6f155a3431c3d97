package io.attend.tokenizer.rust;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.json.Json;
import io.attend.tokenizer.normalizer.SentencePiece;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// A SentencePiece model written as `tokenizer.json` gives Hugging Face's Rust library the ids that
/// SentencePiece gives.
class SentencePieceJsonTest {
    private static final int RANDOM = Integer.getInteger("attend.random", 5_000);

    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    @ParameterizedTest
    @ValueSource(strings = {"llama2-tokenizer", "sentencepiece-unigram-en", "sentencepiece-unigram-ja"})
    void rustGivesTheIdsOfSentencePiece(String name) {
        Tokenizer tokenizer = Tokenizer.load(SharedData.file("tokenizers/" + name + ".model"));
        int unknown = tokenizer.unk().orElseThrow();
        try (Rust rust = new Rust(tokenizer.pipeline())) {
            for (String line : SharedData.text("tokenizers/" + name + ".expected.jsonl.gz")
                    .lines()
                    .toList()) {
                JsonNode expected = Json.parse(line, name);
                String text = expected.get("text").stringValue();
                long[] ids = expected.get("ids")
                        .valueStream()
                        .mapToLong(JsonNode::longValue)
                        .toArray();
                if (!mapsGraphemes(tokenizer) || !hasMarks(text)) {
                    assertThat(rust.theirs.encode(text).getIds())
                            .as("ids of \"%s\"", text)
                            .isEqualTo(ids);
                }
                if (LongStream.of(ids).noneMatch(id -> id == unknown)) {
                    assertThat(rust.theirs.decode(ids, true))
                            .as("decoded")
                            .isEqualTo(expected.get("decoded").stringValue());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama2-tokenizer.model",
                "ggml-vocab-llama-spm.gguf",
                "ggml-vocab-phi-3.gguf",
                "sentencepiece-unigram-en.model"
            })
    void rustGivesOurIdsOnRandomText(String file) {
        Tokenizer tokenizer = Tokenizer.load(SharedData.file("tokenizers/" + file));
        Tokenizer again = Tokenizer.read(tokenizer.toJson());
        SplittableRandom random = new SplittableRandom(31);
        try (Rust rust = new Rust(tokenizer.pipeline())) {
            for (int i = 0; i < RANDOM; i++) {
                String text = RandomText.next(random);
                long[] theirs = rust.theirs.encode(text).getIds();
                assertThat(again.ids(text)).as("read again: \"%s\"", text).isEqualTo(tokenizer.ids(text));
                if (!mapsGraphemes(tokenizer) || !hasMarks(text)) {
                    assertThat(longs(tokenizer.ids(text))).as("\"%s\"", text).isEqualTo(theirs);
                }
            }
        }
    }

    /// Hugging Face's library looks whole graphemes up in a character map, SentencePiece the longest entry; the
    /// two part where a grapheme has several code points.
    private static boolean mapsGraphemes(Tokenizer tokenizer) {
        return tokenizer.pipeline().normalizer().orElseThrow() instanceof SentencePiece rule
                && !rule.precompiledCharsmap().isEmpty();
    }

    private static boolean hasMarks(String text) {
        Matcher grapheme = GRAPHEME.matcher(text);
        while (grapheme.find()) {
            if (grapheme.group().codePointCount(0, grapheme.end() - grapheme.start()) > 1) {
                return true;
            }
        }
        return false;
    }

    private static long[] longs(int[] ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }
}
