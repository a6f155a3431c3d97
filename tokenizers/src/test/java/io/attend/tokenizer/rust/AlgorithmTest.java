package io.attend.tokenizer.rust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.tokenizer.Algorithm;
import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.trainer.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What each algorithm trains, Hugging Face's library reads and uses to the same ids and offsets.
class AlgorithmTest {
    private static final int RANDOM = Integer.getInteger("attend.random", 5_000) / 10;
    private static final int SIZE = 1009;

    private static List<String> texts() {
        List<String> texts = new ArrayList<>(
                SharedData.text("tokenizers/botchan.txt.gz").lines().toList());
        texts.add("ein Kätzchen, 猫 und \uD83D\uDE00\n");
        return texts;
    }

    @ParameterizedTest
    @EnumSource
    void rustUsesWhatWasTrained(Algorithm algorithm) {
        Tokenizer tokenizer = algorithm.train(SIZE, texts(), Progress.NONE);
        assertThat(tokenizer.size()).isLessThanOrEqualTo(SIZE);
        try (Rust rust = new Rust(tokenizer.pipeline())) {
            List<String> lines = texts();
            for (int i = 0; i < lines.size(); i += 11) {
                rust.same(lines.get(i));
            }
            SplittableRandom random = new SplittableRandom(37);
            for (int i = 0; i < RANDOM; i++) {
                rust.same(RandomText.next(random));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameTextsGiveTheSameFile(Algorithm algorithm) {
        List<String> shuffled = new ArrayList<>(texts());
        Collections.shuffle(shuffled, new Random(3));
        assertThat(algorithm.train(SIZE, shuffled, Progress.NONE).toJson())
                .isEqualTo(algorithm.train(SIZE, texts(), Progress.NONE).toJson());
    }

    @Test
    void bytesBringAnyTextBack() {
        for (Algorithm algorithm : List.of(Algorithm.BYTES, Algorithm.BYTE_LEVEL_BPE)) {
            Tokenizer tokenizer = algorithm.train(SIZE, texts(), Progress.NONE);
            String text = " ein\r\n\u0000 Text\u2028 \uD83D\uDE00  ";
            assertThat(tokenizer.decode(tokenizer.ids(text))).isEqualTo(text);
        }
    }

    @Test
    void settingsAreHeard() {
        Algorithm.Settings settings = Algorithm.CHARACTERS
                .settings(7)
                .and(List.of("<sep>"))
                .normalizer(Optional.of(new io.attend.tokenizer.normalizer.Lowercase()));
        Tokenizer tokenizer = Algorithm.CHARACTERS.train(settings, List.of("AAAbbc"), Progress.NONE);
        assertThat(tokenizer.size()).isEqualTo(7);
        assertThat(tokenizer.ids("Abc<sep>")).containsExactly(5, 6, 1, 4);
        assertThatThrownBy(() -> Algorithm.BPE.settings(4))
                .hasMessage("a vocabulary of 4 has no room beside the 4 special tokens [<pad>, <unk>, <s>, </s>]; make"
                        + " it larger");
        assertThatThrownBy(() -> Algorithm.BYTE_LEVEL_BPE.train(200, List.of("a"), Progress.NONE))
                .hasMessageStartingWith("a vocabulary of 200 has no room for the 256 bytes");
    }
}
