package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Architecture;
import io.attend.architecture.Encoder;
import io.attend.architecture.Presets;
import io.attend.data.Series;
import io.attend.data.Transcribed;
import io.attend.embedding.FeatureEmbedding;
import io.attend.embedding.Features;
import io.attend.generation.TextModel;
import io.attend.head.TokenHead;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.norm.NoNorm;
import io.attend.position.SinusoidalPosition;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What is learned from rows of numbers.
class FeatureObjectivesTest {
    private static final Tokenizer LETTERS = Tokenizer.characters(List.of("abc"), TextModel.SPECIALS);

    private static Function<Needs, Architecture> reading(int features) {
        return needs -> {
            Architecture words =
                    Presets.bert(2, 1, Presets.Size.width(12).heads(2).hidden(13), 61, 0);
            return new Architecture(
                    12,
                    new Encoder(
                            new FeatureEmbedding(features, SinusoidalPosition.EXAMPLE, new NoNorm(), 0),
                            ((Encoder) words.topology()).stack()),
                    needs.head().orElseThrow());
        };
    }

    // ---- what vectors say ----

    /// The forward variables of the paper, equations 6 to 8, in logarithms and plain loops.
    private static double alignments(double[][] scores, int[] labels, int blank) {
        int places = 2 * labels.length + 1;
        double[] alpha = new double[places];
        Arrays.fill(alpha, Double.NEGATIVE_INFINITY);
        for (int t = 0; t < scores.length; t++) {
            double all = Math.log(Arrays.stream(scores[t]).map(Math::exp).sum());
            double[] next = new double[places];
            for (int s = 0; s < places; s++) {
                int label = s % 2 == 0 ? blank : labels[s / 2];
                double before = t == 0 ? (s < 2 ? 0 : Double.NEGATIVE_INFINITY) : alpha[s];
                if (t > 0 && s > 0) {
                    before = added(before, alpha[s - 1]);
                }
                if (t > 0 && s > 1 && label != blank && label != labels[s / 2 - 1]) {
                    before = added(before, alpha[s - 2]);
                }
                next[s] = before + scores[t][label] - all;
            }
            alpha = next;
        }
        return -added(alpha[places - 1], places > 1 ? alpha[places - 2] : Double.NEGATIVE_INFINITY);
    }

    private static double added(double a, double b) {
        double most = Math.max(a, b);
        return most == Double.NEGATIVE_INFINITY ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
    }

    private static double[][] rows(double[] scores, int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(t -> Arrays.copyOfRange(scores, t * 5, t * 5 + 5))
                .toArray(double[][]::new);
    }

    private static double both(double[] scores) {
        return 2 * alignments(rows(scores, 0, 7), new int[] {3, 3, 1}, 2)
                + 3 * alignments(rows(scores, 7, 5), new int[] {4}, 2);
    }

    /// Two rows of 7 and 5 of 7 steps, weighted differently so that neither can hide.
    @Test
    void alignmentsAreTheForwardVariables() {
        double[] scores = new SplittableRandom(3).doubles(70, -2, 2).toArray();
        try (Lifetime _ = Lifetime.open()) {
            Tensor given = Tensor.of(scores, 2, 7, 5).requiresGrad(true);
            Tensor labels = Tensor.of(new long[] {3, 3, 1, 4, 0, 0}, 2, 3);
            Tensor losses = given.alignments(labels, new long[] {7, 5}, new long[] {3, 1}, 2);
            double[] found = losses.toDoubles();
            assertThat(found[0]).isCloseTo(alignments(rows(scores, 0, 7), new int[] {3, 3, 1}, 2), within(1e-12));
            assertThat(found[1]).isCloseTo(alignments(rows(scores, 7, 5), new int[] {4}, 2), within(1e-12));
            losses.mul(Tensor.of(new double[] {2, 3}, 2)).sum().backward();
            double[] gradient = given.grad().orElseThrow().toDoubles();
            for (int i = 0; i < scores.length; i++) {
                double[] more = scores.clone();
                double[] less = scores.clone();
                more[i] += 1e-6;
                less[i] -= 1e-6;
                assertThat(gradient[i]).as("%s", i).isCloseTo((both(more) - both(less)) / 2e-6, within(1e-7));
            }
            assertThat(given.alignments(labels, new long[] {3, 5}, new long[] {3, 1}, 2)
                            .toDoubles()[0])
                    .as("two equal labels need a blank between them")
                    .isEqualTo(Double.POSITIVE_INFINITY);
        }
    }

    @Test
    void repetitionsAreOneAndBlanksNone() {
        assertThat(ConnectionistTemporalClassification.collapsed(new int[] {0, 5, 5, 0, 5, 6, 6, 0, 0}, 0))
                .containsExactly(5, 5, 6);
        assertThat(ConnectionistTemporalClassification.collapsed(new int[] {0, 0}, 0))
                .isEmpty();
    }

    /// Each letter is heard for one to three steps, with or without silence behind it; between two equal ones
    /// there is some.
    private static List<Transcribed> heard(int count) {
        Random random = new Random(11);
        return IntStream.range(0, count)
                .mapToObj(_ -> {
                    StringBuilder text = new StringBuilder();
                    List<double[]> rows = new java.util.ArrayList<>();
                    for (int u = 0; u < 2 + random.nextInt(3); u++) {
                        int letter = random.nextInt(3);
                        if (!text.isEmpty() && text.charAt(text.length() - 1) == 'a' + letter || random.nextBoolean()) {
                            rows.add(new double[] {0.1 * random.nextGaussian(), 0, 0});
                        }
                        text.append((char) ('a' + letter));
                        for (int t = 0; t < 1 + random.nextInt(3); t++) {
                            double[] row = {0, 0, 0.1 * random.nextGaussian()};
                            row[letter]++;
                            rows.add(row);
                        }
                    }
                    return new Transcribed(rows.toArray(double[][]::new), text.toString());
                })
                .toList();
    }

    @Test
    void hearingLearnsWithoutBeingToldWhen() {
        Learning learning = Learning.of(new ConnectionistTemporalClassification(), LETTERS, heard(23), reading(3), 150);
        assertThat(learning.after()).isLessThan(0.2 * learning.before());
        assertThat(learning.measures().get("labelErrorRate")).isLessThan(0.1);
        assertThat(learning.measures().get("exactMatch")).isGreaterThan(0.8);
        assertThat(learning.shown().getFirst().written())
                .isEqualTo(learning.shown().getFirst().expected().orElseThrow());
    }

    /// The mean over all labels of a batch whose rows differ in length; a is 4, b 5, c 6 and the blank 0.
    @Test
    void hearingIsAskedOfTheStepsThatCount() {
        List<Transcribed> two = List.of(
                new Transcribed(new double[][] {{1}, {0}, {2}, {1}, {3}}, "aba"),
                new Transcribed(new double[][] {{1}, {2}, {1}}, "cc"));
        Objective.Built built = new ConnectionistTemporalClassification().build(LETTERS, two, two);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(reading(1).apply(built.needs()), 5)) {
            built.check(model);
            Batch batch = built.training(List.of(0, 1), new SplittableRandom(1));
            assertThat(batch.answers().toLongs()).containsExactly(4, 5, 4, 6, 6, -100);
            assertThat(batch.tokens()).isEqualTo(8);
            assertThat(batch.answered()).isEqualTo(5);
            double[] scores = model.forward(batch.inputs(), Context.inference()).toDoubles(); // [2, 5, 7]
            double[][] all = IntStream.range(0, 10)
                    .mapToObj(t -> Arrays.copyOfRange(scores, 7 * t, 7 * t + 7))
                    .toArray(double[][]::new);
            double expected = alignments(Arrays.copyOfRange(all, 0, 5), new int[] {4, 5, 4}, 0)
                    + alignments(Arrays.copyOfRange(all, 5, 8), new int[] {6, 6}, 0);
            assertThat(built.loss(model, batch, Context.inference()).item()).isCloseTo(expected / 5, within(1e-5));
        }
    }

    @Test
    void whatCannotBeHeardIsRefused() {
        ConnectionistTemporalClassification objective = new ConnectionistTemporalClassification();
        List<Transcribed> good = List.of(new Transcribed(new double[][] {{1}, {2}, {1}}, "cc"));
        assertThatThrownBy(() ->
                        objective.build(LETTERS, good, List.of(new Transcribed(new double[][] {{1}, {2}}, "cc"))))
                .hasMessage("\"cc\" has 2 labels, which need 3 vectors, at least 1, but there are 2; leave the example"
                        + " out, or give more vectors");
        assertThatThrownBy(() -> objective.build(LETTERS, good, List.of(new Transcribed(new double[][] {{1, 2}}, "a"))))
                .hasMessage("an example has rows of 2 numbers, but the first has 1; give all the same");
        assertThatThrownBy(() -> new Transcribed(new double[][] {{1, 2}, {Double.NaN, 0}}, "a"))
                .hasMessage("row 1 of the features has a number that is NaN; leave it out or fill it in");
        Objective.Built built = objective.build(LETTERS, good, good);
        try (Lifetime _ = Lifetime.open();
                Transformer wide = Transformer.initialize(reading(2).apply(built.needs()), 5);
                Transformer few =
                        Transformer.initialize(reading(1).apply(built.needs()).head(new TokenHead(3, 0)), 5)) {
            assertThatThrownBy(() -> built.check(wide))
                    .hasMessageStartingWith("model.architecture: rows of 1 numbers are read by a FeatureEmbedding of as"
                            + " many features, not by FeatureEmbedding[features=2");
            assertThatThrownBy(() -> built.check(few))
                    .hasMessage("model.architecture: labels are heard by a TokenHead of 7 labels, one for each token,"
                            + " not by TokenHead[labels=3, dropout=0.0]");
        }
    }

    // ---- how series go on ----

    /// By hand: of 1, 3 the mean is 2 and the deviation 1, of 5, 5 both 5 and, since nothing changes, 1.
    @Test
    void forecastsAreScaledByWhatIsRead() {
        List<Series> series = List.of(new Series(new double[][] {{9, 9}, {1, 5}, {3, 5}, {7, 6}}));
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built built = new Forecasting(2, 1).build(LETTERS, series, series);
            assertThat(built.lengths()).containsExactly(2, 2);
            assertThat(built.heldOut()).isEqualTo(2);
            Batch batch = built.heldOut(0, 1);
            assertThat(((Features) batch.inputs().source()).values().toDoubles())
                    .containsExactly(-1, 0, 1, 0);
            assertThat(batch.answers().toDoubles()).containsExactly(5, 1);
            assertThat(batch.answered()).isEqualTo(2);
        }
    }

    /// Where nothing is forecast but the mean of what was read, since all weights are 0, errors are known by
    /// hand: windows 1, 3 → 7, 7 and 7, 7 → 3, 7, from the end on.
    @Test
    void forecastsAreJudgedInTheirOwnScale() {
        List<Series> series = List.of(Series.of(1, 3, 7, 7, 3, 7));
        Objective.Built built = new Forecasting(2, 2).build(LETTERS, series, series);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(reading(1).apply(built.needs()), 5)) {
            model.weights().stream()
                    .filter(weight -> weight.name().startsWith("head."))
                    .forEach(weight -> weight.tensor().fill_(0));
            Objective.Judged judged = built.judge(new TextModel(model, LETTERS), 0);
            assertThat(judged.measures())
                    .containsEntry("meanAbsoluteError", (5 + 5 + 4 + 0) / 4.0)
                    .containsEntry("lastValueError", (4 + 4 + 4 + 0) / 4.0)
                    .containsEntry("relativeError", 14 / 12.0);
            assertThat(judged.shown().getFirst())
                    .isEqualTo(
                            new Objective.Shown("7.000, 7.000", java.util.Optional.of("3.000, 7.000"), "7.000, 7.000"));
        }
    }

    /// Waves of several heights and phases, seldom where they were last.
    @Test
    void forecastingLearnsWhatTheLastValueDoesNotKnow() {
        List<Series> waves = IntStream.range(0, 5)
                .mapToObj(i -> Series.of(IntStream.range(0, 29)
                        .mapToDouble(t -> 10 * i + (i + 1) * Math.sin(t * 2 * Math.PI / 7 + i))
                        .toArray()))
                .toList();
        Learning learning = Learning.of(new Forecasting(7, 3), LETTERS, waves, reading(1), 200);
        assertThat(learning.after()).isLessThan(0.2 * learning.before());
        assertThat(learning.measures().get("relativeError")).isLessThan(0.3);
    }

    @Test
    void seriesThatAreTooShortAreRefused() {
        assertThatThrownBy(() -> new Forecasting(2, 2)
                        .build(LETTERS, List.of(Series.of(1, 2, 3)), List.of(Series.of(1, 2, 3, 4))))
                .hasMessage("a series has 3 rows, but 2 are read and 2 forecast; make objective.length or"
                        + " objective.horizon smaller, or leave it out");
        assertThatThrownBy(() -> new Forecasting(2, 0))
                .hasMessage("length and horizon must be at least 1 row, not 2 and 0");
    }
}
