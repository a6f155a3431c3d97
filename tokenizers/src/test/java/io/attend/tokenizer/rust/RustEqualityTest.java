package io.attend.tokenizer.rust;

import io.attend.tokenizer.SharedData;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Ids, types, words, offsets and decoded texts equal those of Hugging Face's Rust library.
class RustEqualityTest {
    /// How many random strings; `-Pfull` for 200,000.
    private static final int RANDOM = Integer.getInteger("attend.random", 5_000);

    enum Kind {
        GPT2,
        BERT,
        UNIGRAM_EN,
        UNIGRAM_JA,
        LLAMA2;

        Rust rust() {
            return new Rust(
                    switch (this) {
                        case GPT2 -> Published.gpt2();
                        case BERT -> Published.bert();
                        case UNIGRAM_EN -> Published.unigram("en");
                        case UNIGRAM_JA -> Published.unigram("ja");
                        case LLAMA2 -> Published.llama2();
                    });
        }
    }

    @ParameterizedTest
    @EnumSource
    void onCorpora(Kind kind) {
        try (Rust rust = kind.rust()) {
            SharedData.lines().forEach(rust::same);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onRandomText(Kind kind) {
        SplittableRandom random = new SplittableRandom(7);
        try (Rust rust = kind.rust()) {
            for (int i = 0; i < RANDOM; i++) {
                String text = RandomText.next(random);
                rust.same(text);
                if (i % 11 == 0) {
                    rust.same(text, RandomText.next(random));
                }
            }
        }
    }
}
