package io.attend.tokenizer.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.tokenizer.Pipeline;
import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.decoder.Metaspace;
import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Unigram;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.pretokenizer.ByteLevel;
import io.attend.tokenizer.pretokenizer.Metaspace.PrependScheme;
import io.attend.tokenizer.pretokenizer.WhitespaceSplit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrainingTest {
    private static final Pipeline EMPTY = new Pipeline(new Bpe(Vocabulary.of(List.of()), List.of()));
    private static final Pipeline BYTES = EMPTY.with(new ByteLevel(false, true, true))
            .with(new io.attend.tokenizer.decoder.ByteLevel(false, true, true));
    private static final Pipeline SPACES = EMPTY.with(
                    new io.attend.tokenizer.pretokenizer.Metaspace("▁", PrependScheme.ALWAYS, true))
            .with(new Metaspace("▁", PrependScheme.ALWAYS, true));

    private static List<String> botchan() {
        return SharedData.text("tokenizers/botchan.txt.gz").lines().toList();
    }

    @Test
    void theOrderOfTheTextsDoesNotMatter() {
        List<String> shuffled = new ArrayList<>(botchan());
        Collections.shuffle(shuffled, new Random(5));
        for (Trainer trainer : List.of(
                BpeTrainer.bytes(1009, List.of("<eos>")), new UnigramTrainer(1009, List.of("<unk>"), "<unk>"))) {
            Pipeline around = trainer instanceof UnigramTrainer ? SPACES : BYTES;
            assertThat(Tokenizer.train(around, trainer, shuffled, Progress.NONE).pipeline())
                    .isEqualTo(Tokenizer.train(around, trainer, botchan(), Progress.NONE)
                            .pipeline());
        }
    }

    @Test
    void bytesAreNeverUnknown() {
        Tokenizer tokenizer = Tokenizer.train(BYTES, BpeTrainer.bytes(503, List.of("<eos>")), botchan(), Progress.NONE);
        assertThat(tokenizer.size()).isEqualTo(503);
        assertThat(tokenizer.id("<eos>")).hasValue(0);
        assertThat(tokenizer.decode(tokenizer.ids("猫 😀 \u0000"))).isEqualTo("猫 😀 \u0000");
    }

    /// SentencePiece's own vocabulary of this text and size needs so many tokens for it.
    @Test
    void unigramCompressesAsSentencePieceDoes() {
        Tokenizer theirs = Tokenizer.load(SharedData.file("tokenizers/sentencepiece-unigram-en.model"));
        Pipeline around = SPACES.with(theirs.pipeline().normalizer().orElseThrow());
        Tokenizer ours = Tokenizer.train(
                around, new UnigramTrainer(1000, List.of("<unk>", "<s>", "</s>"), "<unk>"), botchan(), Progress.NONE);
        assertThat(((Unigram) ours.pipeline().model()).pieces()).hasSize(1000);
        long mine = botchan().stream().mapToLong(line -> ours.ids(line).length).sum();
        long reference =
                botchan().stream().mapToLong(line -> theirs.ids(line).length).sum();
        assertThat((double) mine / reference).isBetween(0.95, 1.02);
    }

    @Test
    void wordLevelKeepsTheFrequent() {
        Tokenizer tokenizer = Tokenizer.train(
                EMPTY.with(new WhitespaceSplit()),
                new WordLevelTrainer(4, 2, List.of("<unk>"), "<unk>"),
                List.of("a b b", "c c c d d", "a e"),
                Progress.NONE);
        assertThat(tokenizer.ids("c a b d e")).containsExactly(1, 2, 3, 0, 0);
    }

    @Test
    void aVocabularyTooSmallForTheCharactersIsRefused() {
        assertThatThrownBy(() -> Tokenizer.train(
                        SPACES, new UnigramTrainer(5, List.of("<unk>"), "<unk>"), List.of("abcdef"), Progress.NONE))
                .hasMessageContaining("a vocabulary of 5 has no room for the 7 different characters");
    }
}
