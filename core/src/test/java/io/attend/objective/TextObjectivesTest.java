package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.data.Document;
import io.attend.data.Example;
import io.attend.data.Pair;
import io.attend.data.Question;
import io.attend.data.Tagged;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.head.Head;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Tags, answers, pairs and replaced words.
class TextObjectivesTest {
    private static final Presets.Size SIZE = Presets.Size.width(12).heads(2).hidden(13);
    private static final Tokenizer LETTERS = Tokenizer.characters(List.of("abcdex "), TextModel.SPECIALS);

    private static Architecture bert(Needs needs) {
        return Presets.bert(needs.vocabulary(), 1, SIZE, needs.length().orElseThrow(), 0)
                .head(needs.head().orElseThrow());
    }

    // ---- tags ----

    private static final List<Tagged> NAMES = List.of(
            new Tagged(List.of("ab", "xb", "c"), List.of("O", "B-x", "O")),
            new Tagged(List.of("xa", "b"), List.of("B-x", "O")),
            new Tagged(List.of("c", "b", "xc"), List.of("O", "O", "B-x")),
            new Tagged(List.of("a", "cb"), List.of("O", "O")));

    /// Letters are 4 and on: a 5, b 6, c 7, x 10, the space 4. Words begin where they do in the text, and
    /// behind the sixth token nothing is read.
    @Test
    void tagsAreAskedAtTheFirstTokenOfEachWord() {
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built built = new TokenTagging(8).build(LETTERS, NAMES, NAMES);
            assertThat(built.labels()).hasValue(List.of("B-x", "O"));
            Batch batch = built.training(List.of(0, 1), new SplittableRandom(1));
            assertThat(((Tokens) batch.inputs().source()).rows())
                    .isDeepEqualTo(new int[][] {{1, 5, 6, 4, 10, 6, 4, 2}, {1, 10, 5, 4, 6, 2}});
            long ignored = Head.IGNORED;
            assertThat(batch.answers().toLongs())
                    .containsExactly(
                            ignored, 1, ignored, ignored, 0, ignored, ignored, ignored, //
                            ignored, 0, ignored, ignored, 1, ignored, ignored, ignored);
            assertThat(batch.answered()).isEqualTo(4);
        }
    }

    @Test
    void taggingLearnsAndIsJudgedByEntities() {
        Learning learning = Learning.of(new TokenTagging(17), LETTERS, NAMES, TextObjectivesTest::bert, 60);
        assertThat(learning.after()).isLessThan(0.2 * learning.before());
        assertThat(learning.measures()).containsEntry("f1", 1.0).containsEntry("accuracy", 1.0);
        assertThat(learning.shown().getFirst())
                .isEqualTo(new Objective.Shown("ab xb c", java.util.Optional.of("O B-x O"), "O B-x O"));
    }

    // ---- answers ----

    /// The answer is the letters behind the one that is asked for.
    private static final List<Question> QUESTIONS = List.of(
            new Question("a", "cbb ae bcd", "e", 5),
            new Question("b", "ad be cc", "e", 4),
            new Question("c", "ab cdd e", "dd", 4),
            new Question("a", "bc ad", "d", 4));

    @Test
    void answersAreTheFirstAndTheLastToken() {
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built built = new SpanAnswer(14, 2, 7).build(LETTERS, QUESTIONS, QUESTIONS);
            Batch batch = built.training(List.of(2), new SplittableRandom(1));
            assertThat(((Tokens) batch.inputs().source()).rows())
                    .isDeepEqualTo(new int[][] {{1, 7, 2, 5, 6, 4, 7, 8, 8, 4, 9, 2}});
            assertThat(batch.answers().toLongs()).containsExactly(7, 8);
        }
    }

    /// In windows of 5 tokens that share 2, "ab cdd e" is "ab cd", "cdd e": only the second has the whole
    /// answer.
    @Test
    void longTextsAreReadInWindows() {
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built built =
                    new SpanAnswer(9, 2, 7).build(LETTERS, QUESTIONS.subList(2, 3), QUESTIONS.subList(2, 3));
            assertThat(built.heldOut()).isEqualTo(2);
            Batch batch = built.heldOut(0, 2);
            assertThat(((Tokens) batch.inputs().source()).rows())
                    .isDeepEqualTo(new int[][] {{1, 7, 2, 5, 6, 4, 7, 8, 2}, {1, 7, 2, 7, 8, 8, 4, 9, 2}});
            assertThat(batch.answers().toLongs()).containsExactly(0, 0, 4, 5);
        }
        assertThatThrownBy(() -> new SpanAnswer(9, 5, 7).build(LETTERS, QUESTIONS, QUESTIONS))
                .hasMessage(
                        "the question \"a\" of 1 tokens leaves room for 5 of its text, not more than the overlap of 5;"
                                + " make objective.length larger or objective.overlap smaller");
    }

    @Test
    void answeringLearnsAndIsJudgedAsSquadDoes() {
        Learning learning = Learning.of(new SpanAnswer(17, 2, 3), LETTERS, QUESTIONS, TextObjectivesTest::bert, 150);
        assertThat(learning.after()).isLessThan(0.2 * learning.before());
        assertThat(learning.measures()).containsEntry("f1", 1.0).containsEntry("exactMatch", 1.0);
        assertThat(learning.shown().get(2).written()).isEqualTo("dd");
        List<Question> none = List.of(new Question("e", "bb cc", "", 0), new Question("a", "ab cc", "b", 1));
        assertThat(Learning.of(new SpanAnswer(17, 2, 3), LETTERS, none, TextObjectivesTest::bert, 150)
                        .measures())
                .containsEntry("exactMatch", 1.0);
        assertThatThrownBy(() -> new Question("a", "abc", "b", 0))
                .hasMessage(
                        "the answer \"b\" to \"a\" does not stand at 0 of its text; give the place where it begins");
    }

    // ---- pairs ----

    /// By the definition in plain loops, and its gradient by differences, in 64 bits.
    @Test
    void contrastiveLossIsInfoNce() {
        double[] u = new SplittableRandom(3).doubles(15, -1, 1).toArray();
        double[] v = new SplittableRandom(5).doubles(15, -1, 1).toArray();
        try (Lifetime _ = Lifetime.open()) {
            Tensor sources = Tensor.of(u, 3, 5).requiresGrad(true);
            Tensor loss = ContrastivePairs.loss(sources, Tensor.of(v, 3, 5), 0.3);
            assertThat(loss.item()).isCloseTo(infoNce(u, v), within(1e-10));
            loss.backward();
            double[] gradient = sources.grad().orElseThrow().toDoubles();
            for (int i = 0; i < u.length; i++) {
                double[] more = u.clone();
                double[] less = u.clone();
                more[i] += 1e-6;
                less[i] -= 1e-6;
                assertThat(gradient[i]).isCloseTo((infoNce(more, v) - infoNce(less, v)) / 2e-6, within(1e-7));
            }
        }
    }

    private static double infoNce(double[] u, double[] v) {
        double[][] cosine = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double dot = 0;
                double left = 0;
                double right = 0;
                for (int e = 0; e < 5; e++) {
                    dot += u[5 * i + e] * v[5 * j + e];
                    left += u[5 * i + e] * u[5 * i + e];
                    right += v[5 * j + e] * v[5 * j + e];
                }
                cosine[i][j] = dot / Math.sqrt(left * right) / 0.3;
            }
        }
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            double row = 0;
            double column = 0;
            for (int j = 0; j < 3; j++) {
                row += Math.exp(cosine[i][j]);
                column += Math.exp(cosine[j][i]);
            }
            sum -= 2 * cosine[i][i] - Math.log(row) - Math.log(column);
        }
        return sum / 6;
    }

    @Test
    void pairsLearnToFindEachOther() {
        List<Pair> pairs = List.of(
                new Pair("aa", "xb"),
                new Pair("bb", "xa"),
                new Pair("cc", "xe"),
                new Pair("dd", "xd"),
                new Pair("e", "xc"));
        Learning learning = Learning.of(new ContrastivePairs(7, 0.1), LETTERS, pairs, TextObjectivesTest::bert, 250);
        assertThat(learning.after()).isLessThan(0.2 * learning.before());
        assertThat(learning.measures()).containsEntry("accuracy", 1.0).containsEntry("reciprocalRank", 1.0);
        assertThat(learning.shown().getFirst().written()).isEqualTo("xb");
    }

    // ---- replaced words ----

    private static final Tokenizer MASKED = Tokenizer.characters(List.of("abcde"), ReplacedToken.EXAMPLE.specials());
    private static final List<Document> RUNS = List.of(new Document(
            "abcde".chars().mapToObj(c -> Character.toString(c).repeat(68)).collect(Collectors.joining())));

    private static Architecture electra(Needs needs) {
        return bert(needs)
                .partner(
                        Presets.bert(needs.vocabulary(), 1, SIZE, needs.length().orElseThrow(), 0));
    }

    @Test
    void hiddenWordsAreAllMasked() {
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built built = new ReplacedToken(53, 0.15, 50).build(MASKED, RUNS, RUNS);
            Batch batch = built.training(List.of(1), new SplittableRandom(1));
            long[] answers = batch.answers().toLongs();
            int[] read = ((Tokens) batch.inputs().source()).rows()[0];
            assertThat(IntStream.range(0, 55)
                            .filter(i -> answers[i] != Head.IGNORED)
                            .count())
                    .isEqualTo(batch.answered())
                    .isEqualTo(8);
            assertThat(IntStream.range(0, 55)).allMatch(i -> (read[i] == 4) == (answers[i] != Head.IGNORED));
        }
    }

    /// Both parts by plain numbers: the mean of −log p of hidden words, and of −log σ(±logit) over all words,
    /// where the generator's likeliest stand in.
    @Test
    void theLossHasTwoParts() {
        ReplacedToken value = new ReplacedToken(13, 0.3, 7);
        Objective.Built built = value.build(MASKED, RUNS, RUNS);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(electra(built.needs()), 5)) {
            Batch batch = built.heldOut(0, 3);
            Context context = Context.inference();
            double[] scores = model.partner()
                    .orElseThrow()
                    .forward(batch.inputs(), context)
                    .toDoubles();
            long[] answers = batch.answers().toLongs();
            long[] read = batch.inputs().source().words().orElseThrow().toLongs();
            long[] replaced = new long[read.length];
            double generator = 0;
            for (int i = 0; i < answers.length; i++) {
                if (answers[i] != Head.IGNORED) {
                    double[] row = Arrays.copyOfRange(scores, 10 * i, 10 * i + 10);
                    generator -= row[(int) answers[i]]
                            - Math.log(Arrays.stream(row).map(Math::exp).sum());
                    read[i] = IntStream.range(0, 10)
                            .reduce((a, b) -> row[b] > row[a] ? b : a)
                            .orElseThrow();
                    replaced[i] = read[i] == answers[i] ? 0 : 1;
                }
            }
            double[] logits = model.forward(
                            io.attend.architecture.Inputs.of(Tokens.of(Tensor.of(read, 3, 15))), context)
                    .toDoubles();
            double discriminator = IntStream.range(0, 45)
                    .mapToDouble(i -> Math.log(1 + Math.exp(replaced[i] == 1 ? -logits[i] : logits[i])))
                    .average()
                    .orElseThrow();
            assertThat(built.loss(model, batch, context).item())
                    .isCloseTo(generator / batch.answered() + 7 * discriminator, within(1e-5));
        }
    }

    /// The generator's words are drawn as likely as it holds them, and no gradient goes through them.
    @Test
    void bothModelsLearn() {
        ReplacedToken value = new ReplacedToken(17, 0.15, 50);
        Learning learning = Learning.of(value, MASKED, RUNS, TextObjectivesTest::electra, 200);
        assertThat(learning.after()).isLessThan(0.7 * learning.before());
        assertThat(learning.measures().get("generatorAccuracy")).isGreaterThan(0.5);
        Objective.Built built = value.build(MASKED, RUNS, RUNS);
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1);
                Transformer model = Transformer.initialize(electra(built.needs()), 5)) {
            model.weights().forEach(weight -> weight.tensor().requiresGrad(true));
            built.loss(model, built.heldOut(0, 3), Context.training(random)).backward();
            assertThat(model.weights())
                    .filteredOn(weight -> weight.name().startsWith("partner."))
                    .hasSizeGreaterThan(10)
                    .allMatch(weight ->
                            weight.tensor().grad().isPresent() || weight.name().contains("segment"));
        }
    }

    @Test
    void modelsWithoutTheRightHeadAreRefused() {
        try (Transformer words = Transformer.initialize(Presets.bert(13, 1, SIZE, 17), 5)) {
            refuses(words, new TokenTagging(17), NAMES, "words are tagged by a TokenHead, not by a MaskedLanguageHead");
            refuses(
                    words,
                    new SpanAnswer(17, 2, 3),
                    QUESTIONS,
                    "answers are pointed at by a SpanHead, not by a MaskedLanguageHead");
            refuses(
                    words,
                    new ContrastivePairs(17, 0.1),
                    List.of(new Pair("a", "b")),
                    "texts become vectors by a PooledHead, not by a MaskedLanguageHead");
            assertThatThrownBy(() ->
                            ReplacedToken.EXAMPLE.build(MASKED, RUNS, RUNS).check(words))
                    .hasMessage(
                            "model.architecture: replaced words are found by an Encoder with a DiscriminatorHead whose"
                                    + " partner is an Encoder with a MaskedLanguageHead; use the model Electra");
        }
        assertThatThrownBy(() -> new ContrastivePairs(7, 0)).hasMessage("temperature 0.0 is outside (0, 100]");
        assertThatThrownBy(() -> new ReplacedToken(7, 0.1, 0)).hasMessage("weight 0.0 is outside (0, 1000000]");
        assertThatThrownBy(() -> new TokenTagging(2)).hasMessage("length must be at least 3 tokens, not 2");
        assertThatThrownBy(() -> new Tagged(List.of("a"), List.of()))
                .hasMessage("a sentence of 1 words has 0 tags; there must be one of each, and at least one");
    }

    private static void refuses(
            Transformer model, Objective objective, List<? extends Example> examples, String message) {
        assertThatThrownBy(() -> objective.build(LETTERS, examples, examples).check(model))
                .hasMessage("model.architecture: " + message);
    }
}
