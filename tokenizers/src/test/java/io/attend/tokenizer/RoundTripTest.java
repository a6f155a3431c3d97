package io.attend.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.rust.RandomText;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What byte-level and byte-fallback tokenizers encode they decode to what it was, if they have a token for
/// every byte; Falcon's lacks some controls.
class RoundTripTest {
    private static final int RANDOM = Integer.getInteger("attend.random", 5_000);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ggml-vocab-gpt-2.gguf",
                "ggml-vocab-deepseek-llm.gguf",
                "ggml-vocab-mpt.gguf",
                "gpt2.tiktoken",
                "llama2-tokenizer.model",
                "ggml-vocab-phi-3.gguf"
            })
    void decodingUndoesEncoding(String file) {
        Tokenizer tokenizer = Tokenizer.load(SharedData.file("tokenizers/" + file));
        boolean pieces = file.contains("llama") || file.contains("phi");
        SharedData.lines().forEach(line -> check(tokenizer, line, pieces));
        SplittableRandom random = new SplittableRandom(29);
        for (int i = 0; i < RANDOM; i++) {
            check(tokenizer, RandomText.next(random), pieces);
        }
    }

    private static void check(Tokenizer tokenizer, String text, boolean pieces) {
        // SentencePiece writes spaces as ▁, so it cannot tell the two apart; what stands behind a special token
        // has a space put before it.
        if (!pieces || Stream.of("▁", "<s>", "</s>", "<unk>", "<|endoftext|>").noneMatch(text::contains)) {
            assertThat(tokenizer.decode(tokenizer.ids(text, Specials.SKIP), Specials.KEEP))
                    .isEqualTo(text);
        }
    }
}
