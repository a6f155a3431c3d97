package io.attend.head;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.activation.Gelu;
import io.attend.embedding.AdaptiveTable;
import io.attend.embedding.DenseTable;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Losses as they are defined, in loops, from what the heads give.
class HeadLossTest {
    private static final int T = 5;

    private static Bench<Head.Built> bench(Head head) {
        return Bench.of(parameters -> head.build(
                parameters.in("head"),
                WIDTH,
                Optional.of((head instanceof TiedAdaptiveHead ? AdaptiveTable.EXAMPLE : DenseTable.EXAMPLE)
                        .build(parameters.in("table"), WIDTH, Optional.empty()))));
    }

    /// The cross-entropy of one choice: −log of the softmax at the right class.
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

    /// Two texts are one question.
    @Test
    void whichOfSeveralTexts() {
        try (Lifetime _ = Lifetime.open()) {
            check(ChoiceHead.EXAMPLE, Tensor.of(new long[] {1}, 1), (outputs, _) -> {
                double[] scores = outputs.get("logits").toDoubles();
                return Math.log(Math.exp(scores[0]) + Math.exp(scores[1])) - scores[1];
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

    // ---- large vocabularies ----

    private static final long[] WORDS = {7, 2, 30, 0, Head.IGNORED, 1, 16, 11, 3, Head.IGNORED};

    private static Tensor words(int vocabulary) {
        return Tensor.of(
                java.util.Arrays.stream(WORDS)
                        .map(word -> word < 0 ? word : word % vocabulary)
                        .toArray(),
                2,
                T);
    }

    /// The loss is that of all scores, though it never makes them.
    @ParameterizedTest
    @MethodSource("exact")
    void isTheLossOfAllScores(Head head) {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = bench(head)) {
            Tensor x = Grids.random(13, 2, T, WIDTH);
            Tensor scores = bench.built().forward(x, Context.inference());
            int vocabulary = (int) scores.size(2);
            Tensor answers = words(vocabulary);
            double sum = 0;
            for (int i = 0; i < 10; i++) {
                int right = (int) answers.toLongs()[i];
                sum += right < 0 ? 0 : surprise(row(scores.toDoubles(), i, vocabulary), right);
            }
            for (Context context : List.of(Context.inference(), Context.training(Random.seeded(5)))) {
                assertThat(bench.built().loss(x, answers, 0, context).item()).isCloseTo(sum / 8, within(1e-12));
            }
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(x);
            FiniteDifferences.check(
                    head.toString(), () -> bench.built().loss(x, answers, 0, Context.inference()), leaves);
        }
    }

    static Stream<Head> exact() {
        return Stream.of(
                AdaptiveHead.EXAMPLE,
                AdaptiveHead.WITH_BIAS,
                TiedAdaptiveHead.EXAMPLE,
                HierarchicalHead.EXAMPLE,
                ChunkedHead.EXAMPLE,
                new ChunkedHead(MaskedLanguageHead.EXAMPLE, 4),
                new ChunkedHead(LinearHead.CAPPED, 100));
    }

    /// Smoothing too, and the last chunk is a short one.
    @Test
    void chunksAreTheWhole() {
        List<double[]> found = new ArrayList<>();
        try (Lifetime _ = Lifetime.open()) {
            for (Head head : List.of(TiedHead.WITH_BIAS, ChunkedHead.EXAMPLE)) {
                try (Bench<Head.Built> bench = bench(head)) {
                    bench.weights().forEach(weight -> weight.requiresGrad(true));
                    Tensor x = Grids.random(13, 2, T, WIDTH).requiresGrad(true);
                    Tensor loss = bench.built().loss(x, words(31), 0.1, Context.inference());
                    loss.mul(3).backward();
                    found.add(loss.toDoubles());
                    found.add(x.grad().orElseThrow().toDoubles());
                    bench.weights()
                            .forEach(weight ->
                                    found.add(weight.grad().orElseThrow().toDoubles()));
                }
            }
        }
        int half = found.size() / 2;
        for (int i = 0; i < half; i++) {
            assertThat(found.get(half + i)).containsExactly(found.get(i), within(1e-13));
        }
    }

    /// The words drawn at a seed, by the chance that the page gives: the smallest word whose chances add up
    /// past u.
    private static int[] drawn(int count, int vocabulary, long seed) {
        try (Random random = Random.seeded(seed)) {
            return java.util.Arrays.stream(random.uniform(Shape.of(count), 0, 1).toDoubles())
                    .mapToInt(u -> {
                        double sum = 0;
                        for (int word = 0; word < vocabulary; word++) {
                            sum += chance(word, vocabulary);
                            if (u < sum) {
                                return word;
                            }
                        }
                        return vocabulary - 1;
                    })
                    .toArray();
        }
    }

    private static double chance(int word, int vocabulary) {
        return Math.log((word + 2.0) / (word + 1.0)) / Math.log(vocabulary + 1);
    }

    private static void checkDrawn(Head head, BiFunction<double[], Integer, Double> loss) {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = bench(head)) {
            Tensor x = Grids.random(13, 2, T, WIDTH);
            double[] scores = bench.built().forward(x, Context.inference()).toDoubles();
            double sum = 0;
            for (int i = 0; i < 10; i++) {
                sum += WORDS[i] < 0 ? 0 : loss.apply(row(scores, i, 31), (int) WORDS[i]);
            }
            assertThat(training(bench, x, 17).item()).isCloseTo(sum / 8, within(1e-12));
            double full = 0;
            for (int i = 0; i < 10; i++) {
                full += WORDS[i] < 0 ? 0 : surprise(row(scores, i, 31), (int) WORDS[i]);
            }
            assertThat(bench.built().loss(x, words(31), 0, Context.inference()).item())
                    .as("outside training")
                    .isCloseTo(full / 8, within(1e-12));
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(x);
            FiniteDifferences.check(head.toString(), () -> training(bench, x, 17), leaves);
        }
    }

    private static Tensor training(Bench<Head.Built> bench, Tensor x, long seed) {
        try (Random random = Random.seeded(seed)) {
            return bench.built().loss(x, words(31), 0, Context.training(random));
        }
    }

    @Test
    void aSumFromSomeWords() {
        for (Head head : List.of(SampledHead.EXAMPLE, SampledHead.UNTIED)) {
            checkDrawn(head, (logits, right) -> {
                double sum = Math.exp(logits[right]);
                for (int word : drawn(7, 31, 17)) {
                    sum += word == right ? 0 : Math.exp(logits[word]) / (7 * chance(word, 31));
                }
                return Math.log(sum) - logits[right];
            });
        }
    }

    @Test
    void wordsAgainstNoise() {
        checkDrawn(NoiseContrastiveHead.EXAMPLE, (logits, right) -> {
            double loss = yesOrNo(logits[right] - Math.log(7 * chance(right, 31)), 1);
            for (int word : drawn(7, 31, 17)) {
                loss += yesOrNo(logits[word] - Math.log(7 * chance(word, 31)), 0);
            }
            return loss;
        });
    }

    /// With many samples the estimate is the sum itself.
    @Test
    void manySamplesAreTheWhole() {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = bench(new SampledHead(30_000, Tying.TIED))) {
            Tensor x = Grids.random(13, 2, T, WIDTH);
            double full =
                    bench.built().loss(x, words(31), 0, Context.inference()).item();
            assertThat(training(bench, x, 3).item()).isCloseTo(full, within(0.01));
        }
    }

    /// Huffman's code is within a step of the entropy, and no shorter code exists.
    @Test
    void frequentWordsAreNearTheRoot() {
        List<Long> counts =
                LongStream.range(1, 1000).mapToObj(rank -> 1_000_000 / rank).toList();
        HuffmanTree tree = HuffmanTree.of(counts);
        double all = counts.stream().mapToLong(count -> count).sum();
        double entropy = 0;
        double steps = 0;
        double room = 0;
        for (int word = 0; word < counts.size(); word++) {
            double chance = counts.get(word) / all;
            entropy -= chance * Math.log(chance) / Math.log(2);
            steps += chance * tree.nodes()[word].length;
            room += Math.pow(2, -tree.nodes()[word].length);
        }
        assertThat(steps).isBetween(entropy, entropy + 1);
        assertThat(room).isCloseTo(1, within(1e-12));
    }

    @Test
    void refusesAnswersThatAreNoWordsAndSmoothingWithoutAllScores() {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = bench(AdaptiveHead.EXAMPLE)) {
            Tensor x = Grids.random(13, 1, 2, WIDTH);
            assertThatThrownBy(() -> bench.built().loss(x, Tensor.of(new long[] {31, 0}), 0, Context.inference()))
                    .hasMessage("the answer 31 is no word of a vocabulary of 31, nor -100 for what is not asked");
            assertThatThrownBy(() -> bench.built().loss(x, Tensor.of(new long[] {3, 0}), 0.1, Context.inference()))
                    .hasMessage(
                            "smoothing 0.1 needs the score of every word, which an AdaptiveHead exists to avoid; use 0");
        }
    }

    /// An adapter on the table would be passed over by what takes single rows of it.
    @Test
    void refusesAWrappedProduct() {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = Bench.of(root -> {
                    Head.Built built = new SampledHead(7, Tying.OWN)
                            .build(
                                    root.in("head"),
                                    WIDTH,
                                    Optional.of(DenseTable.EXAMPLE.build(root.in("table"), WIDTH, Optional.empty())));
                    java.util.Objects.requireNonNull(root.linears().get("head")).wrap(product -> product);
                    return built;
                })) {
            assertThatThrownBy(() -> training(bench, Grids.random(13, 2, T, WIDTH), 3))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("head.weight is used row by row or backwards here");
        }
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
