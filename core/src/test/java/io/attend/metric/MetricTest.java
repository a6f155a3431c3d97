package io.attend.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Metrics worked by hand from their definitions, and published examples; each says which.
class MetricTest {
    private static final Offset<Double> EXACT = within(1e-12);

    private static void check(PrecisionRecall score, double precision, double recall) {
        assertThat(score.precision()).isCloseTo(precision, EXACT);
        assertThat(score.recall()).isCloseTo(recall, EXACT);
    }

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }

    // ---- BLEU ----

    /// The first example of Papineni et al. 2002: seven times `the` is clipped to the two of a reference.
    @Test
    void countsAreClipped() {
        Bleu.Score score = Bleu.TOKENISED.sentence(
                "the the the the the the the", List.of("the cat is on the mat", "there is a cat on the mat"));
        assertThat(score.precisions().getFirst()).isCloseTo(100 * 2 / 7.0, EXACT);
        assertThat(score.score()).isZero(); // no run of two
    }

    /// By hand: runs 4/5, 3/4, 2/3, 1/2 and no brevity: (1/5)^(1/4).
    @Test
    void bleuIsTheGeometricMean() {
        Bleu.Score score = Bleu.TOKENISED.sentence("a b c d e", List.of("a b c d f"));
        assertThat(score.score()).isCloseTo(100 * Math.pow(0.2, 0.25), within(1e-9));
        assertThat(score)
                .hasToString("BLEU = 66.87 80.0/75.0/66.7/50.0 (BP = 1.000 ratio = 1.000 hyp_len = 5 ref_len = 5)");
    }

    @Test
    void aSignatureNamesEverySetting() {
        assertThat(Bleu.STANDARD.signature(1)).isEqualTo("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:attend");
        assertThat(Bleu.TOKENISED.signature(4))
                .isEqualTo("nrefs:4|case:mixed|eff:no|tok:none|smooth:none|version:attend");
        assertThat(Chrf.PLUS_PLUS.signature(1))
                .isEqualTo("nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:attend");
    }

    // ---- ROUGE: the values of rouge-score's own tests ----

    @Test
    void rougeIsRougeScores() {
        check(Rouge.PLAIN.n(1, "testing", "testing one two"), 1, 1.0 / 3);
        check(Rouge.PLAIN.n(2, "testing one", "testing one two"), 1, 1.0 / 2);
        check(Rouge.PLAIN.l("testing two", "testing one two"), 1, 2.0 / 3);
        assertThat(Rouge.PLAIN.l("testing two", "testing one two").f1()).isCloseTo(4.0 / 5, EXACT);
        check(Rouge.PLAIN.lSum("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5"), 0.4, 0.8);
        for (String empty : List.of("", "/")) {
            check(Rouge.PLAIN.n(1, empty, "testing one two"), 0, 0);
            check(Rouge.PLAIN.n(2, empty, "testing one two"), 0, 0);
            check(Rouge.PLAIN.l(empty, "testing one two"), 0, 0);
            check(Rouge.PLAIN.lSum(empty, "testing one two"), 0, 0);
        }
    }

    /// Section 3.1 of Lin 2004: `police killed the gunman` against three candidates; ROUGE-2 cannot tell the
    /// second from the third, ROUGE-L can.
    @Test
    void rougeIsThePapers() {
        String reference = "police killed the gunman";
        assertThat(Rouge.PLAIN.l("police kill the gunman", reference).f1()).isCloseTo(0.75, EXACT);
        assertThat(Rouge.PLAIN.l("the gunman kill police", reference).f1()).isCloseTo(0.5, EXACT);
        assertThat(Rouge.PLAIN.n(2, "police kill the gunman", reference).recall())
                .isCloseTo(1.0 / 3, EXACT);
        assertThat(Rouge.PLAIN.n(2, "the gunman kill police", reference).recall())
                .isCloseTo(1.0 / 3, EXACT);
        assertThat(Rouge.STEMMED.l("police kills the gunman", reference).f1()).isCloseTo(1, EXACT);
    }

    // ---- entities ----

    /// The example in seqeval's own documentation: one of two entities found, F1 0.5.
    @Test
    void entitiesAreSeqevals() {
        List<List<String>> wanted = List.of(words("O O O B-MISC I-MISC I-MISC O"), words("B-PER I-PER O"));
        List<List<String>> predicted = List.of(words("O O B-MISC I-MISC I-MISC I-MISC O"), words("B-PER I-PER O"));
        check(Entities.score(predicted, wanted), 0.5, 0.5);
        check(Entities.byType(predicted, wanted).get("MISC"), 0, 0);
        check(Entities.byType(predicted, wanted).get("PER"), 1, 1);
        assertThat(Entities.macroF1(predicted, wanted)).isEqualTo(0.5);
    }

    @Test
    void everySchemeIsRead() {
        List<Entities.Entity> three = List.of(
                new Entities.Entity("A", 0, 0, 1),
                new Entities.Entity("A", 0, 2, 2),
                new Entities.Entity("B", 0, 3, 4));
        assertThat(Entities.of(List.of(words("B-A I-A B-A B-B I-B O"))))
                .as("BIO")
                .isEqualTo(three);
        assertThat(Entities.of(List.of(words("I-A I-A B-A I-B I-B O"))))
                .as("IOB1")
                .isEqualTo(three);
        assertThat(Entities.of(List.of(words("B-A E-A S-A B-B E-B O"))))
                .as("BIOES")
                .isEqualTo(three);
        assertThat(Entities.of(List.of(words("B-X"), words("I-X"))))
                .as("entities end with their sentence")
                .hasSize(2);
        assertThatThrownBy(() -> Entities.of(List.of(words("O PER"))))
                .hasMessage("\"PER\" is no tag; tags are O, B-TYPE, I-TYPE, E-TYPE or S-TYPE");
    }

    // ---- answers ----

    /// By hand from the definition: `the`, case and punctuation do not count.
    @Test
    void answersAreSquads() {
        List<List<String>> right = List.of(List.of("the Eiffel Tower", "La tour Eiffel"));
        assertThat(Answers.exactMatch(List.of("Eiffel tower."), right)).isEqualTo(1);
        assertThat(Answers.exactMatch(List.of("Eiffel's tower"), right)).isZero();
        assertThat(Answers.f1(List.of("a tower in Paris"), right))
                .isCloseTo(2 * (1.0 / 3) * (1.0 / 2) / (1.0 / 3 + 1.0 / 2), EXACT);
        assertThat(Answers.f1(List.of("", "something", ""), List.of(List.of(""), List.of(""), List.of("more"))))
                .isCloseTo(1.0 / 3, EXACT);
        assertThatThrownBy(() -> Answers.f1(List.of("x"), List.of(List.of())))
                .hasMessage("question 1 has no right answer; give an empty text where there is none");
    }

    // ---- errors, calibration, language models, ranking: by hand ----

    @Test
    void errorsAreCountedOverAllReferences() {
        assertThat(ErrorRate.distance(
                        List.of("k", "i", "t", "t", "e", "n"), List.of("s", "i", "t", "t", "i", "n", "g")))
                .as("kitten, sitting")
                .isEqualTo(3);
        assertThat(ErrorRate.words(List.of("the cat sat", "hello"), List.of("the cat sat down", "hello world")))
                .isCloseTo(2.0 / 6, EXACT);
        assertThat(ErrorRate.characters(List.of("kitten"), List.of("sitting"))).isCloseTo(3.0 / 7, EXACT);
        assertThat(ErrorRate.words(List.of("a b c"), List.of("d"))).isEqualTo(3);
        assertThatThrownBy(() -> ErrorRate.words(List.of("a"), List.of(" ")))
                .hasMessage("the references are empty, so there is no rate of errors in them");
    }

    @Test
    void calibrationIsTheMeanGap() {
        // bins of a tenth: {0.95, 0.92} one right, {0.55} right, {0.5} wrong
        double[] confidences = {0.95, 0.92, 0.55, 0.5};
        boolean[] right = {true, false, true, false};
        assertThat(Calibration.expectedError(confidences, right, 10))
                .isCloseTo((2 * Math.abs(0.5 - 0.935) + Math.abs(1 - 0.55) + Math.abs(0 - 0.5)) / 4, EXACT);
        assertThat(Calibration.expectedError(new double[] {0, 1}, new boolean[] {false, true}, 3))
                .isZero();
        assertThatThrownBy(() -> Calibration.expectedError(new double[] {1.5}, new boolean[] {true}, 3))
                .hasMessage("confidence 1 is 1.5, no probability");
    }

    @Test
    void guessingAmongEightIsThreeBits() {
        assertThat(LanguageModel.perplexity(5 * Math.log(8), 5)).isCloseTo(8, EXACT);
        assertThat(LanguageModel.bitsPerCharacter(5 * Math.log(8), 5)).isCloseTo(3, EXACT);
        assertThatThrownBy(() -> LanguageModel.perplexity(1, 0)).hasMessage("tokens must be at least 1, not 0");
    }

    @Test
    void rankingsByHand() {
        List<String> ranked = words("d a c b e");
        assertThat(Ranking.reciprocalRank(ranked, Set.of("c", "b"))).isCloseTo(1.0 / 3, EXACT);
        assertThat(Ranking.reciprocalRank(ranked, Set.of("x"))).isZero();
        assertThat(Ranking.recall(3, ranked, Set.of("c", "b"))).isEqualTo(0.5);
        assertThat(Ranking.ndcg(3, ranked, Map.of("c", 1.0)))
                .as("third of three: 1 / log2(4)")
                .isCloseTo(0.5, EXACT);
        assertThatThrownBy(() -> Ranking.recall(1, words("a a"), Set.of("a"))).hasMessage("a result is ranked twice");
    }

    // ---- refusals ----

    @Test
    void unlikeNumbersAndNothingAreRefusedInWords() {
        String unlike = "1 predictions cannot be compared with 2 references";
        String none = "there are no predictions to measure";
        List<String> one = List.of("a");
        List<String> two = List.of("a", "b");
        assertThatThrownBy(() -> Bleu.STANDARD.corpus(one, List.of(one, two))).hasMessage(unlike);
        assertThatThrownBy(() -> Chrf.STANDARD.corpus(one, List.of(one, two))).hasMessage(unlike);
        assertThatThrownBy(() -> Bleu.STANDARD.corpus(List.of(), List.of())).hasMessage(none);
        assertThatThrownBy(() -> Bleu.STANDARD.sentence("a", List.of())).hasMessage("sentence 1 has no reference");
        assertThatThrownBy(() -> ErrorRate.words(one, two)).hasMessage(unlike);
        assertThatThrownBy(() -> Answers.exactMatch(one, List.of(one, two))).hasMessage(unlike);
        assertThatThrownBy(() -> Entities.score(List.of(one), List.of(one, two)))
                .hasMessage(unlike);
        assertThatThrownBy(() -> Entities.score(List.of(List.of("O")), List.of(List.of("O", "O"))))
                .hasMessage("sentence 1 has 1 predicted tags and 2 wanted ones");
        assertThatThrownBy(() -> Classification.of(new int[] {1}, new int[] {1, 2}))
                .hasMessage(unlike);
        assertThatThrownBy(() -> Correlation.pearson(new double[0], new double[0]))
                .hasMessage(none);
        assertThatThrownBy(() -> Calibration.expectedError(new double[1], new boolean[2], 5))
                .hasMessage(unlike);
        assertThatThrownBy(() -> new Bleu.Smoothing(Bleu.Smoothing.Kind.EXP, 0.1))
                .hasMessage("smoothing EXP takes no value 0.1");
    }
}
