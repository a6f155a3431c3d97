package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.data.Document;
import io.attend.data.Labeled;
import io.attend.data.Pair;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What each objective asks of a model, and that the loss is the mean over what was asked.
class ObjectiveTest {
    private static final Presets.Size SIZE = Presets.Size.width(10).heads(2).hidden(13);
    private static final List<Pair> PAIRS = List.of(new Pair("abc", "cb"), new Pair("a", "abca"), new Pair("bb", "b"));
    private static final List<Labeled> LABELED =
            List.of(new Labeled("abc", "yes"), new Labeled("a", "no"), new Labeled("bb", "no"));

    private static Tokenizer characters() {
        return Tokenizer.characters(List.of("abc"), TextModel.SPECIALS); // a is 4, b is 5, c is 6; the end is 2
    }

    private static SplittableRandom seeded() {
        return new SplittableRandom(3);
    }

    @Test
    void teacherForcingShowsTheBeginningAndAsksForTheNext() {
        try (Lifetime _ = Lifetime.open()) {
            Batch batch =
                    new TeacherForcing(0).build(characters(), PAIRS, PAIRS).training(List.of(0, 1), seeded());
            Tokens source = (Tokens) batch.inputs().source();
            Tokens target = (Tokens) batch.inputs().target().orElseThrow();
            assertThat(source.rows()).isDeepEqualTo(new int[][] {{4, 5, 6, 2}, {4, 2}});
            assertThat(target.rows()).isDeepEqualTo(new int[][] {{1, 6, 5}, {1, 4, 5, 6, 4}});
            assertThat(batch.answers().toLongs()).containsExactly(6, 5, 2, -100, -100, 4, 5, 6, 4, 2);
            assertThat(batch.answered()).isEqualTo(8);
            assertThat(batch.tokens()).isEqualTo(4 + 2 + 8);
        }
    }

    /// − mean over the answers of log softmax of the scores, at the answer, by plain numbers.
    @Test
    void theLossIsTheMeanOverWhatWasAsked() {
        Architecture architecture = Presets.transformer(7, 1, SIZE, 0);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture, 5)) {
            Objective.Built objective = new TeacherForcing(0.3).build(characters(), PAIRS, PAIRS);
            Batch batch = objective.heldOut(0, 3);
            double[] scores = model.forward(batch.inputs(), Context.inference()).toDoubles();
            long[] answers = batch.answers().toLongs();
            double sum = 0;
            int asked = 0;
            for (int i = 0; i < answers.length; i++) {
                if (answers[i] >= 0) {
                    double[] row = Arrays.copyOfRange(scores, i * 7, (i + 1) * 7);
                    double total = Arrays.stream(row).map(Math::exp).sum();
                    sum -= row[(int) answers[i]] - Math.log(total);
                    asked++;
                }
            }
            assertThat((long) asked).isEqualTo(batch.answered());
            assertThat(objective.loss(model, batch, Context.inference()).item())
                    .as("without smoothing, which only helps to learn")
                    .isCloseTo(sum / asked, within(1e-6));
        }
    }

    @Test
    void nextTokenReadsWindowsAndAsksForWhatFollowsEachToken() {
        List<Document> text = List.of(new Document("abcabcabcabcabc"), new Document("ccc"));
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built objective = new NextToken(5).build(characters(), text, text);
            assertThat(objective.lengths()).hasSize(3); // 18 tokens: windows of 5, each with what follows
            Batch judged = objective.heldOut(1, 3);
            assertThat(((Tokens) judged.inputs().source()).rows())
                    .isDeepEqualTo(new int[][] {{6, 4, 5, 6, 4}, {5, 6, 4, 5, 6}});
            assertThat(judged.answers().toLongs()).containsExactly(4, 5, 6, 4, 5, 6, 4, 5, 6, 6);
            Batch learned = objective.training(List.of(0, 1, 2), seeded());
            int[][] read = ((Tokens) learned.inputs().source()).rows();
            long[] follows = learned.answers().toLongs();
            for (int row = 0; row < 3; row++) {
                for (int i = 0; i + 1 < 5; i++) {
                    assertThat(follows[row * 5 + i]).isEqualTo(read[row][i + 1]);
                }
            }
            assertThat(objective.training(List.of(0, 1, 2), seeded()).answers().toLongs())
                    .as("the same step draws the same")
                    .containsExactly(follows);
        }
        assertThatThrownBy(() -> new NextToken(18).build(characters(), text, text))
                .hasMessageStartingWith(
                        "the text to learn from has 18 tokens, but a window and what follows it take 19");
    }

    /// Ten characters, of which eight are two words and two end lines: WikiText counts four words.
    @Test
    void nextTokenIsJudgedByTokenByWordAndByCharacter() {
        List<Document> text = List.of(new Document("abc\ncbabc\n"));
        Tokenizer tokenizer = Tokenizer.characters(List.of("abc\n"), TextModel.SPECIALS);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(Presets.gpt(8, 1, SIZE, 13, 0), 5)) {
            Map<String, Double> measures = new NextToken(9)
                    .build(tokenizer, text, text)
                    .judge(new TextModel(model, tokenizer), Math.log(2))
                    .measures();
            assertThat(measures.get("perplexity")).isCloseTo(2, within(1e-12));
            assertThat(measures.get("bitsPerCharacter")).isCloseTo(1, within(1e-12));
            assertThat(measures.get("wordPerplexity")).isCloseTo(Math.pow(2, 10.0 / 4), within(1e-12));
        }
    }

    @Test
    void classificationAsksOncePerText() {
        Architecture architecture = Presets.bert(7, 1, SIZE, 17, 0).head(SequenceHead.of(2));
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture, 5)) {
            Objective.Built objective =
                    new Classification(4, Problem.SINGLE_LABEL, 0, List.of()).build(characters(), LABELED, LABELED);
            assertThat(objective.labels()).hasValue(List.of("no", "yes"));
            Batch batch = objective.training(List.of(0, 1, 2), seeded());
            assertThat(((Tokens) batch.inputs().source()).rows())
                    .as("begin, text cut to two, end")
                    .isDeepEqualTo(new int[][] {{1, 4, 5, 2}, {1, 4, 2}, {1, 5, 5, 2}});
            assertThat(batch.answers().toLongs()).containsExactly(1, 0, 0);
            double[] scores = model.forward(batch.inputs(), Context.inference()).toDoubles();
            double sum = 0;
            for (int i = 0; i < 3; i++) {
                double right = scores[2 * i + (i == 0 ? 1 : 0)];
                sum -= right - Math.log(Math.exp(scores[2 * i]) + Math.exp(scores[2 * i + 1]));
            }
            assertThat(objective.loss(model, batch, Context.inference()).item()).isCloseTo(sum / 3, within(1e-6));
        }
    }

    /// Chances of 1/4: of 4,000 tokens about 1,000 are gone, and of the others about a quarter unknown.
    @Test
    void classificationBlursOnlyWhatIsLearned() {
        List<Labeled> texts = List.of(new Labeled("abc".repeat(1333), "yes"), new Labeled("a", "no"));
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built objective = new Classification(
                            4001, Problem.SINGLE_LABEL, 0, List.of(new TokenDeletion(0.25), new TokenMasking(0.25)))
                    .build(characters(), texts, texts);
            int[] learned =
                    ((Tokens) objective.training(List.of(0), seeded()).inputs().source()).rows()[0];
            assertThat(learned.length).isBetween(2900, 3100);
            assertThat(Arrays.stream(learned).filter(id -> id == 3).count()).isBetween(680L, 820L);
            int[] judged = ((Tokens) objective.heldOut(0, 1).inputs().source()).rows()[0];
            assertThat(judged).hasSize(4001).doesNotContain(3);
        }
    }

    @Test
    void examplesOfAnotherKindAreRefused() {
        assertThatThrownBy(() -> new TeacherForcing(0).build(characters(), LABELED, LABELED))
                .hasMessage(
                        "objective TeacherForcing learns from Pair examples, but the data gives Labeled; choose another"
                                + " objective or data");
        assertThatThrownBy(() -> new Classification(7, Problem.SINGLE_LABEL, 0, List.of())
                        .build(characters(), LABELED, List.of(new Labeled("a", "maybe"))))
                .hasMessage(
                        "a held-out text has the label \"maybe\", which none to learn from has; they have [no, yes]");
    }
}
