package io.attend.tokenizer.rust;

import io.attend.tokenizer.SharedData;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Ids, types, words, offsets and decoded texts equal those of Hugging Face's Rust library.
class RustEqualityTest {
    /// How many random strings, and about how many lines of each corpus; `-Pfull` for 200,000 and for all.
    private static final int RANDOM = Integer.getInteger("attend.random", 5_000);

    private static final int LINES = Integer.getInteger("attend.lines", 100);

    private static final List<String> CORPORA = List.of(
            "tokenizers/botchan.txt.gz",
            "tokenizers/wagahaiwa_nekodearu.txt.gz",
            "tinyshakespeare/input.txt.gz",
            "multi30k/train.en.gz",
            "multi30k/train.de.gz",
            "multi30k/val.en.gz",
            "multi30k/val.de.gz",
            "multi30k/test_2016_flickr.en.gz",
            "multi30k/test_2016_flickr.de.gz",
            "multi30k/train.lc.norm.tok.en.gz",
            "multi30k/train.lc.norm.tok.de.gz",
            "wikitext-2/valid.txt.gz",
            "wikitext-2/test.txt.gz",
            "sst2/train.tsv",
            "sst2/dev.tsv",
            "sst2/test.tsv");

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
            for (String corpus : CORPORA) {
                List<String> lines = SharedData.text(corpus).lines().toList();
                int step = Math.max(1, lines.size() / LINES);
                for (int i = 0; i < lines.size(); i += step) {
                    rust.same(lines.get(i));
                }
            }
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
