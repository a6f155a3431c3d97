package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.Algorithm;
import io.attend.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordsTest {
    private static final List<String> TEXTS = List.of("aba bab abba", "aaba bbab", "abab abab abab");
    private static final List<String> SPECIALS = List.of("<pad>", "<s>", "</s>", "<unk>");

    @Test
    void charactersAreThoseOfTheTexts() {
        Tokenizer words = new Characters().tokenizer(TEXTS, SPECIALS);
        assertThat(words.size()).isEqualTo(4 + 3);
        assertThat(words.ids("ab ?")).containsExactly(5, 6, 4, 3);
    }

    @Test
    void learnedWordsHaveTheSpecialsAndGiveTextsBack() {
        for (Algorithm algorithm : List.of(Algorithm.BPE, Algorithm.UNIGRAM)) {
            Tokenizer words = new LearnedWords(algorithm, 17).tokenizer(TEXTS, SPECIALS);
            assertThat(words.size()).as(algorithm.label()).isLessThanOrEqualTo(17);
            assertThat(words.pad()).hasValue(0);
            assertThat(words.bos()).isPresent();
            assertThat(words.eos()).isPresent();
            assertThat(words.decode(words.ids("abba bab"))).isEqualTo("abba bab");
        }
    }

    @Test
    void givenWordsAreReadFromTheirFile(@TempDir Path folder) {
        Tokenizer words = new Characters().tokenizer(TEXTS, SPECIALS);
        words.save(folder.resolve("tokenizer.json"));
        Tokenizer read = new GivenWords(folder.resolve("tokenizer.json").toString()).tokenizer(List.of(), SPECIALS);
        assertThat(read.toJson()).isEqualTo(words.toJson());
    }
}
