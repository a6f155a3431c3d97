package io.attend.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.tokenizer.Algorithm;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.trainer.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StudyTest {
    private static final Proxy TINY = new Proxy(60, 7, 23, 16, 0.01);
    private static final String HELD_OUT = "the dog  sat";

    private static Tokenizer words(String... texts) {
        return Algorithm.WORD_LEVEL.train(
                Algorithm.WORD_LEVEL.settings(11).minFrequency(1), List.of(texts), Progress.NONE);
    }

    @Test
    void spellingCostsWhatFrequencySays() {
        Spelling spelling = new Spelling(List.of("aa", "b")); // four counts, one of them for what was never seen
        assertThat(spelling.bits("xaby", 1, 2)).isEqualTo(1);
        assertThat(spelling.bits("xaby", 0, 4)).isEqualTo(2 + 1 + 2 + 2);
    }

    @Test
    void fitCountsWhatIsLost() {
        Fit fit = Fit.of(words("the cat"), List.of(HELD_OUT), new Spelling(List.of("the cat")), text -> text);
        assertThat(fit.tokens()).isEqualTo(3);
        assertThat(fit.unknownRate()).isEqualTo(2.0 / 3);
        assertThat(fit.coverage()).isCloseTo(3.0 / 9, within(1e-12)); // the, of the, dog and sat
        assertThat(fit.compression()).isEqualTo(12.0 / 3);
        assertThat(fit.tokensPerWord()).isEqualTo(1);
        assertThat(fit.returnRate()).isZero();
        // Of the 8 counts of "the cat", t has 2, a 1 and what was never seen (d, o, g, s) 1.
        assertThat(fit.spelling()).isCloseTo(4 * 3 + 3 + 2, within(1e-9));
    }

    /// A text of letters drawn evenly cannot be told in less than log₂ of their number a letter (Shannon 1948),
    /// and a model that has learned that there is nothing to learn needs little more.
    @Test
    void theProxyComesNearTheEntropy() {
        SplittableRandom random = new SplittableRandom(5);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 211; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = 0; j < 37; j++) {
                text.append((char) ('a' + random.nextInt(8)));
            }
            texts.add(text.toString());
        }
        List<String> training = texts.subList(0, 181);
        List<String> heldOut = texts.subList(181, 211);
        Tokenizer tokenizer = Algorithm.CHARACTERS.train(97, training, Progress.NONE);
        Fit fit = Fit.of(tokenizer, heldOut, new Spelling(training), text -> text);
        double entropy = 37.0 / 38 * 3; // a text's end, one of 38, costs at least nothing
        assertThat(TINY.bitsPerCharacter(tokenizer, training, heldOut, fit, 3, _ -> {}))
                .isBetween(entropy, entropy + 0.4);
    }

    @Test
    void theProxyLearnsAndUnknownsArePaidFor() {
        List<String> training = new ArrayList<>();
        for (int i = 0; i < 89; i++) {
            training.add("the cat sat on the mat");
        }
        Tokenizer tokenizer = words("the cat sat on the mat");
        Spelling spelling = new Spelling(training);
        List<String> same = List.of(training.getFirst(), training.getFirst());
        double known = TINY.bitsPerCharacter(
                tokenizer, training, same, Fit.of(tokenizer, same, spelling, text -> text), 3, _ -> {});
        assertThat(known).isLessThan(0.3);
        List<String> other = List.of("the dog hid in the fog", "the dog hid in the fog");
        Fit fit = Fit.of(tokenizer, other, spelling, text -> text);
        assertThat(TINY.bitsPerCharacter(tokenizer, training, other, fit, 3, _ -> {}))
                .isGreaterThan(fit.spelling() / (fit.characters() + 2));
    }

    private static Study study(Proxy proxy) {
        return new Study(
                List.of(Algorithm.BYTE_LEVEL_BPE, Algorithm.WORD_LEVEL, Algorithm.BYTES),
                List.of(293, 281, 293),
                Optional.empty(),
                new Study.Meant(16, 3, 101),
                proxy,
                1);
    }

    private static List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 61; i++) {
            texts.add("the " + (i % 2 == 0 ? "lower" : "newest") + " of " + i % 7 + " words <is> \"this\"");
        }
        return texts;
    }

    @Test
    void costsAreThoseOfTheModelMeant() {
        Study.Findings findings = study(TINY.steps(0)).run(texts(), texts(), (_, _) -> {});
        assertThat(findings.candidates())
                .extracting(Candidate::algorithm)
                .containsExactly(
                        Algorithm.BYTE_LEVEL_BPE, Algorithm.BYTE_LEVEL_BPE, Algorithm.WORD_LEVEL, Algorithm.BYTES);
        for (Candidate c : findings.candidates()) {
            assertThat(c.embeddingParameters()).isEqualTo(16L * c.size());
            assertThat(c.length()).isEqualTo(Math.round(101 / c.charactersPerToken()));
            // Queries by keys, five operations of a softmax, weights by values, for every pair of different tokens.
            assertThat(c.attentionFlops()).isEqualTo(3 * (2.0 * 16 + 5 + 2 * 16) * c.length() * (c.length() - 1));
            assertThat(c.bitsPerCharacter()).isEmpty();
        }
        assertThat(findings.best().reason()).contains("within 10% of the best compression");
    }

    @Test
    void aStudyGivesTheSameFiguresAgainAndAPage() {
        List<String> said = new ArrayList<>();
        Study study = study(TINY.steps(3));
        Study.Findings findings = study.run(texts(), List.of(HELD_OUT), (share, what) -> said.add(share + what));
        assertThat(study.run(texts(), List.of(HELD_OUT), (_, _) -> {}).candidates())
                .isEqualTo(findings.candidates());
        assertThat(said).contains("1.0done").hasSize(6 + 4 * 3 + 1);
        assertThat(findings.tokenizer().size())
                .isEqualTo(findings.best().candidate().size());
        String page = new StudyPage(study, findings, "a & b <c>").html();
        assertThat(page)
                .contains("a &amp; b &lt;c&gt;", findings.best().reason(), "<td>281</td>")
                .doesNotContain("NaN", "Infinity", "<script", "http:", "https:", "{{");
        assertThat(page.split("<svg class=\"plot\"", -1)).hasSize(1 + 8);
    }

    private static Candidate candidate(int size, double coverage, double bits, double flops) {
        return new Candidate(
                Algorithm.BPE, size, coverage, 0, 1, 4, 4, 1, 16L * size, 7, 1, flops, OptionalDouble.of(bits));
    }

    private static Candidate dropping(double returned, double bits) {
        return new Candidate(
                Algorithm.WORDPIECE, 499, 1, 0, returned, 4, 4, 1, 16L * 499, 7, 1, 0.5, OptionalDouble.of(bits));
    }

    @Test
    void theCheapestOfTheBestIsTaken() {
        Candidate lossy = candidate(1_009, 0.99, 1.5, 1);
        Candidate poor = candidate(2_003, 1, 2.1, 2);
        Candidate cheap = candidate(4_001, 0.9995, 2.03, 3);
        Candidate best = candidate(8_009, 1, 2, 4);
        assertThat(Recommendation.of(List.of(best, cheap, poor, lossy)).candidate())
                .isEqualTo(cheap);
        assertThat(Recommendation.of(List.of(lossy, candidate(997, 0.5, 1, 1))).candidate())
                .as("where nothing covers the texts, the most")
                .isEqualTo(lossy);
        Candidate drops = dropping(0.8, 1.4);
        assertThat(Recommendation.of(List.of(drops, dropping(0.3, 1.2))).candidate())
                .as("where nothing gives the texts back, the most")
                .isEqualTo(drops);
        assertThat(Recommendation.of(List.of(best, cheap, poor, lossy, drops)))
                .isEqualTo(
                        new Recommendation(
                                cheap,
                                "3 of 5 vocabularies cover at least 99.9% of held-out characters and give at least 99.0% of the"
                                        + " texts back as they were. 2 of these are within 2% of the best proxy (bpe 8,009, 2.000"
                                        + " bits a character). bpe 4,001 costs the model the least of them for each character it"
                                        + " reads: 3.00e-06 MFLOP, with 64,016 numbers in its table, at 2.030 bits a character."));
    }

    @Test
    void whatCannotBeStudiedIsRefused() {
        assertThatThrownBy(() -> study(TINY).run(texts(), List.of(" "), (_, _) -> {}))
                .hasMessageContaining("texts to train on and others to measure on");
        Study small = new Study(
                List.of(Algorithm.BYTE_LEVEL_BPE), List.of(31), Optional.empty(), new Study.Meant(16, 1, 7), TINY, 1);
        assertThatThrownBy(() -> small.run(texts(), texts(), (_, _) -> {}))
                .hasMessageContaining("no room for the 256 bytes");
        assertThatThrownBy(() -> new Proxy(1, 1, 8, 17, 1)).hasMessageContaining("a width of 16s");
    }
}
