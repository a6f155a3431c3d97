package io.attend.head;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.activation.Gelu;
import io.attend.embedding.DenseTable;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/// Losses as they are defined, in loops, from what the heads give.
class HeadLossTest {
    private static final int T = 5;

    private static Bench<Head.Built> bench(Head head) {
        return Bench.of(parameters -> head.build(
                parameters.in("head"),
                WIDTH,
                Optional.of(DenseTable.EXAMPLE.build(parameters.in("table"), WIDTH, Optional.empty()))));
    }

    /// −log softmax(logits)[right]
    private static double surprise(double[] logits, int right) {
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit);
        }
        return Math.log(sum) - logits[right];
    }

    private static double yesOrNo(double logit, double right) {
        double p = 1 / (1 + Math.exp(-logit));
        return -right * Math.log(p) - (1 - right) * Math.log(1 - p);
    }

    /// Compares a head's loss and its gradient with a loop over what the head gives.
    private static void check(Head head, Tensor answers, BiFunction<Map<String, Tensor>, Tensor, Double> loss) {
        try (Bench<Head.Built> bench = bench(head)) {
            Tensor x = Grids.random(13, 2, T, WIDTH);
            Context context = Context.inference().padded(Optional.of(Grids.keep(T, 5, 3)));
            double actual = bench.built().loss(x, answers, 0, context).item();
            assertThat(actual).isCloseTo(loss.apply(bench.built().outputs(x, context), x), within(1e-12));
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(x);
            FiniteDifferences.check(head.toString(), () -> bench.built().loss(x, answers, 0, context), leaves);
        }
    }

    @Test
    void oneOfSeveralKinds() {
        try (Lifetime _ = Lifetime.open()) {
            check(SequenceHead.EXAMPLE, Tensor.of(new long[] {2, 0}), (outputs, _) -> {
                double[] logits = outputs.get("logits").toDoubles();
                return (surprise(row(logits, 0, 3), 2) + surprise(row(logits, 1, 3), 0)) / 2;
            });
        }
    }

    @Test
    void severalTags() {
        double[] right = {1, 0, 1, 0, 0, 1};
        try (Lifetime _ = Lifetime.open()) {
            check(SequenceHead.TAGS, Tensor.of(right, 2, 3), (outputs, _) -> {
                double[] logits = outputs.get("logits").toDoubles();
                double sum = 0;
                for (int i = 0; i < 6; i++) {
                    sum += yesOrNo(logits[i], right[i]);
                }
                return sum / 6;
            });
        }
    }

    @Test
    void aNumber() {
        double[] right = {0.7, -3};
        try (Lifetime _ = Lifetime.open()) {
            check(SequenceHead.NUMBER, Tensor.of(right, 2), (outputs, _) -> {
                double[] logits = outputs.get("logits").toDoubles();
                return (Math.pow(logits[0] - right[0], 2) + Math.pow(logits[1] - right[1], 2)) / 2;
            });
        }
    }

    @Test
    void everyPosition() {
        long[] right = {0, 2, Head.IGNORED, 1, 1, 2, 0, 1, Head.IGNORED, Head.IGNORED};
        try (Lifetime _ = Lifetime.open()) {
            check(TokenHead.EXAMPLE, Tensor.of(right, 2, T), (outputs, _) -> {
                double[] logits = outputs.get("logits").toDoubles();
                double sum = 0;
                for (int i = 0; i < 10; i++) {
                    sum += right[i] == Head.IGNORED ? 0 : surprise(row(logits, i, 3), (int) right[i]);
                }
                return sum / 7;
            });
        }
    }

    /// The second text's answer ends outside of it, and asks nothing there.
    @Test
    void whereAnAnswerBeginsAndEnds() {
        try (Lifetime _ = Lifetime.open()) {
            check(SpanHead.EXAMPLE, Tensor.of(new long[] {1, 3, 2, 7}, 2, 2), (outputs, _) -> {
                double[] starts = outputs.get("start_logits").toDoubles();
                double[] ends = outputs.get("end_logits").toDoubles();
                double start = (surprise(row(starts, 0, T), 1) + surprise(row(starts, 1, T), 2)) / 2;
                return (start + surprise(row(ends, 0, T), 3)) / 2;
            });
        }
    }

    /// Padding does not count, nor what is not asked.
    @Test
    void replacedWords() {
        long[] right = {0, 1, 0, Head.IGNORED, 1, 1, 1, 0, 1, 0};
        try (Lifetime _ = Lifetime.open()) {
            check(DiscriminatorHead.EXAMPLE, Tensor.of(right, 2, T), (outputs, _) -> {
                assertThat(outputs.get("logits").shape()).isEqualTo(Shape.of(2, T));
                double[] logits = outputs.get("logits").toDoubles();
                double sum = 0;
                for (int i : new int[] {0, 1, 2, 4, 5, 6, 7}) {
                    sum += yesOrNo(logits[i], right[i]);
                }
                return sum / 7;
            });
        }
    }

    @Test
    void hiddenWordsAndThePair() {
        long[] right = {7, Head.IGNORED, 30, 0, Head.IGNORED, 1, Head.IGNORED, 11, 3, Head.IGNORED, Head.IGNORED, 0};
        try (Lifetime _ = Lifetime.open()) {
            check(PairHead.EXAMPLE, Tensor.of(right, 2, T + 1), (outputs, x) -> {
                double[] words = outputs.get("prediction_logits").toDoubles();
                double[] pairs = outputs.get("seq_relationship_logits").toDoubles();
                double sum = 0;
                for (int i = 0; i < 12; i++) {
                    int b = i / 6;
                    if (i % 6 < T && right[i] != Head.IGNORED) {
                        sum += surprise(row(words, b * T + i % 6, 31), (int) right[i]);
                    }
                }
                return sum / 5 + (surprise(row(pairs, 0, 2), 1) + surprise(row(pairs, 1, 2), 0)) / 2;
            });
        }
    }

    private static double[] row(double[] all, int row, int width) {
        return java.util.Arrays.copyOfRange(all, row * width, (row + 1) * width);
    }

    // ---- outputs and refusals ----

    @Test
    void namesItsOutputsAsTheFieldDoes() {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = bench(PooledHead.EXAMPLE)) {
            Tensor x = Grids.random(13, 2, T, WIDTH);
            Map<String, Tensor> outputs = bench.built().outputs(x, Context.inference());
            assertThat(outputs).containsOnlyKeys("last_hidden_state", "pooler_output");
            assertThat(outputs.get("last_hidden_state")).isSameAs(x);
            assertThat(outputs.get("pooler_output").shape()).isEqualTo(Shape.of(2, WIDTH));
        }
    }

    @Test
    void refusesAnswersOfAnotherShapeAndSmoothingWithoutAChoice() {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> span = bench(SpanHead.EXAMPLE);
                Bench<Head.Built> pair = bench(new PairHead(MaskedLanguageHead.EXAMPLE, new Gelu(), 2));
                Bench<Head.Built> number = bench(SequenceHead.NUMBER);
                Bench<Head.Built> pooled = bench(PooledHead.EXAMPLE)) {
            Tensor x = Grids.random(13, 2, T, WIDTH);
            Context context = Context.inference();
            assertThatThrownBy(() -> span.built().loss(x, Tensor.of(new long[2]), 0, context))
                    .hasMessage("head: answers must be [2, 2], the first and last position of each, not [2]");
            assertThatThrownBy(() -> pair.built().loss(x, Tensor.of(new long[10], 2, 5), 0, context))
                    .hasMessage(
                            "head: answers must be [2, 6], those of the words and then that of the pair, not [2, 5]");
            assertThatThrownBy(() -> number.built().loss(x, Tensor.of(new double[2]), 0.1, context))
                    .hasMessage(
                            "smoothing 0.1 spreads certainty over the classes of one choice, and this is none; use 0");
            assertThatThrownBy(() -> pooled.built().loss(x, Tensor.of(new long[2]), 0, context))
                    .hasMessageContaining("train it with a SequenceHead");
        }
    }
}
