package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Presets;
import io.attend.data.Document;
import io.attend.data.Labeled;
import io.attend.data.Pair;
import io.attend.generation.TextModel;
import io.attend.head.Head;
import io.attend.head.Problem;
import io.attend.layer.Context;
import io.attend.layer.Observer;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Losses around an objective: their formulas in plain loops of 64 bits, their gradients by differences.
class LossTest {
    private static final int ROWS = 5;
    private static final int CLASSES = 7;
    private static final long[] ANSWERS = {3, Head.IGNORED, 0, 6, 3};
    private static final double[] LOGITS = numbers(3);
    private static final double[] OTHERS = numbers(5);

    private static double[] numbers(long seed) {
        return new SplittableRandom(seed).doubles(ROWS * CLASSES, -2, 2).toArray();
    }

    private static Scored scored(Tensor logits) {
        return new Scored(logits, Tensor.of(ANSWERS, ROWS));
    }

    private static double[] softmax(double[] logits, int row) {
        double[] some = Arrays.copyOfRange(logits, row * CLASSES, (row + 1) * CLASSES);
        double sum = Arrays.stream(some).map(Math::exp).sum();
        return Arrays.stream(some).map(x -> Math.exp(x) / sum).toArray();
    }

    /// The mean over the rows that are asked about.
    private static double mean(ToDoubleFunction<Integer> of) {
        return IntStream.range(0, ROWS)
                .filter(row -> ANSWERS[row] != Head.IGNORED)
                .mapToDouble(of::applyAsDouble)
                .average()
                .orElseThrow();
    }

    private static double smoothed(double[] logits, int row, double smoothing) {
        double[] p = softmax(logits, row);
        double all = Arrays.stream(p).map(Math::log).average().orElseThrow();
        return -(1 - smoothing) * Math.log(p[(int) ANSWERS[row]]) - smoothing * all;
    }

    private static void same(Function<Tensor, Tensor> loss, ToDoubleFunction<double[]> naive) {
        try (Lifetime _ = Lifetime.open()) {
            Tensor logits = Tensor.of(LOGITS, ROWS, CLASSES).requiresGrad(true);
            Tensor value = loss.apply(logits);
            assertThat(value.item()).isCloseTo(naive.applyAsDouble(LOGITS), within(1e-10));
            value.backward();
            double[] gradient = logits.grad().orElseThrow().toDoubles();
            for (int i = 0; i < LOGITS.length; i++) {
                double[] more = LOGITS.clone();
                double[] less = LOGITS.clone();
                more[i] += 1e-6;
                less[i] -= 1e-6;
                assertThat(gradient[i])
                        .isCloseTo((naive.applyAsDouble(more) - naive.applyAsDouble(less)) / 2e-6, within(1e-8));
            }
        }
    }

    @Test
    void focal() {
        for (double focus : new double[] {0, 0.5, 2}) {
            same(
                    logits -> Focal.loss(scored(logits), focus, 0.1),
                    logits -> mean(row -> Math.pow(1 - softmax(logits, row)[(int) ANSWERS[row]], focus)
                            * smoothed(logits, row, 0.1)));
        }
    }

    /// A right answer that is certain has neither loss nor a gradient that is no number.
    @Test
    void focalBearsCertainty() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor logits = Tensor.of(new double[] {200, 0, 0, 200}, 2, 2).requiresGrad(true);
            Tensor loss = Focal.loss(new Scored(logits, Tensor.of(new long[] {0, Head.IGNORED}, 2)), 0.5, 0);
            loss.backward();
            assertThat(loss.item()).isZero();
            assertThat(Arrays.stream(logits.grad().orElseThrow().toDoubles())).allMatch(one -> Math.abs(one) < 1e-80);
        }
    }

    @Test
    void zLoss() {
        same(
                logits -> ZLoss.loss(scored(logits), 0.3, 0.1),
                logits -> mean(row -> {
                    double normalizer = IntStream.range(0, CLASSES)
                            .mapToDouble(v -> Math.exp(logits[row * CLASSES + v]))
                            .sum();
                    return smoothed(logits, row, 0.1) + 0.3 * Math.pow(Math.log(normalizer), 2);
                }));
    }

    @Test
    void consistency() {
        same(
                logits -> Consistency.loss(scored(logits), scored(Tensor.of(OTHERS, ROWS, CLASSES)), 1.7, 0.1),
                logits -> mean(row -> {
                    double[] p = softmax(logits, row);
                    double[] q = softmax(OTHERS, row);
                    double apart = 0;
                    for (int v = 0; v < CLASSES; v++) {
                        apart += p[v] * Math.log(p[v] / q[v]) + q[v] * Math.log(q[v] / p[v]);
                    }
                    return (smoothed(logits, row, 0.1) + smoothed(OTHERS, row, 0.1)) / 2 + 1.7 * apart / 2;
                }));
    }

    @Test
    void distillation() {
        for (double weight : new double[] {0.3, 1}) {
            same(
                    logits -> Distillation.loss(scored(logits), Tensor.of(OTHERS, ROWS, CLASSES), 3, weight, 0.1),
                    logits -> mean(row -> {
                        double[] p =
                                softmax(Arrays.stream(logits).map(x -> x / 3).toArray(), row);
                        double[] q =
                                softmax(Arrays.stream(OTHERS).map(x -> x / 3).toArray(), row);
                        double apart = IntStream.range(0, CLASSES)
                                .mapToDouble(v -> q[v] * Math.log(q[v] / p[v]))
                                .sum();
                        return (1 - weight) * smoothed(logits, row, 0.1) + weight * 9 * apart;
                    }));
        }
    }

    /// What is wrapped keeps both lengths of its examples, by which batches are put together.
    @Test
    void lengthsAreThoseOfWhatIsWrapped() {
        List<Pair> pairs = List.of(new Pair("abcab", "cb"), new Pair("a", "ab"));
        TeacherForcing plain = new TeacherForcing(0.1);
        Objective.Built inner = plain.build(LETTERS, pairs, pairs);
        Objective.Built around = new Focal(plain, 2).build(LETTERS, pairs, pairs);
        assertThat(around.lengths()).isEqualTo(inner.lengths());
        assertThat(around.targetLengths()).isEqualTo(inner.targetLengths()).hasSize(2);
    }

    // ---- at work ----

    private static final Presets.Size SIZE = Presets.Size.width(12).heads(2).hidden(13);
    private static final Tokenizer LETTERS = Tokenizer.characters(List.of("abc"), TextModel.SPECIALS);
    private static final List<Document> TEXT = List.of(new Document("abcacb".repeat(37)));

    /// By the definition: the head's loss of what each block but the last leaves, without padding of any kind.
    @Test
    void everyLayerAnswers() {
        Objective.Built built = new LayerLosses(new NextToken(13), 0.7).build(LETTERS, TEXT, TEXT);
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1);
                Transformer model = Transformer.initialize(Presets.gpt(7, 3, SIZE, 13, 0), 5)) {
            Batch batch = built.heldOut(0, 3);
            List<Tensor> hidden = new ArrayList<>();
            Observer keeps = (_, what, x) -> {
                if (what.equals("hidden")) {
                    hidden.add(x);
                }
            };
            double last = model.loss(
                            batch.inputs(),
                            batch.answers(),
                            0,
                            Context.inference().observed(keeps))
                    .item();
            double lower = 0;
            for (Tensor x : hidden.subList(0, 2)) {
                double[] scores = model.scores(x, Context.inference()).toDoubles();
                long[] answers = batch.answers().toLongs();
                for (int i = 0; i < answers.length; i++) {
                    double[] row = Arrays.copyOfRange(scores, 7 * i, 7 * i + 7);
                    lower -= (row[(int) answers[i]]
                                    - Math.log(Arrays.stream(row).map(Math::exp).sum()))
                            / answers.length
                            / 2;
                }
            }
            assertThat(built.loss(model, batch, Context.training(random)).item())
                    .isCloseTo(last + 0.7 * lower, within(1e-5));
            assertThat(built.loss(model, batch, Context.inference()).item())
                    .as("to be judged by, it is what it was")
                    .isCloseTo(last, within(1e-6));
        }
    }

    /// Only the decoder's layers answer, whose vectors have the targets' length.
    @Test
    void layersOfAnEncoderDecoderAreTheDecoders() {
        List<Pair> pairs = List.of(new Pair("abcab", "cb"), new Pair("a", "ab"));
        Learning learning = Learning.of(
                new LayerLosses(new TeacherForcing(0.1), 0.5),
                LETTERS,
                pairs,
                needs -> Presets.transformer(needs.vocabulary(), 2, SIZE, 0),
                60);
        assertThat(learning.after()).isLessThan(0.5 * learning.before());
        assertThat(learning.measures()).containsKey("exactMatch");
    }

    @Test
    void theyLearn() {
        Objective next = new NextToken(13);
        for (Objective objective : List.of(new Focal(next, 2), new ZLoss(next, 1e-3), new Consistency(next, 1))) {
            Learning learning = Learning.of(
                    objective, LETTERS, TEXT, needs -> Presets.gpt(needs.vocabulary(), 1, SIZE, 13, 0.1), 80);
            assertThat(learning.after()).as("%s", objective).isLessThan(0.6 * learning.before());
            assertThat(learning.measures()).containsKey("perplexity");
        }
    }

    @Test
    void whatHasNoClassesIsRefused() {
        List<Labeled> numbers = List.of(new Labeled("a", "1"), new Labeled("b", "2"));
        Objective.Built built =
                new Focal(new Classification(7, Problem.REGRESSION, 0, List.of()), 2).build(LETTERS, numbers, numbers);
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1);
                Transformer model = Transformer.initialize(
                        Presets.bert(7, 1, SIZE, 7, 0).head(built.needs().head().orElseThrow()), 5)) {
            assertThatThrownBy(() -> built.loss(model, built.heldOut(0, 2), Context.training(random)))
                    .hasMessage("this loss needs one right class for each row of scores, but the model gives [2, 1] and"
                            + " the answers are [2] float64; use the objective without it");
        }
        assertThatThrownBy(() -> new Focal(NextToken.EXAMPLE, -1)).hasMessage("focus -1.0 is outside [0, 100]");
        assertThatThrownBy(() -> new ZLoss(NextToken.EXAMPLE, 0)).hasMessage("weight 0.0 is outside (0, 1000000]");
    }
}
