package io.attend.head;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.attend.embedding.AdaptiveTable;
import io.attend.embedding.DenseTable;
import io.attend.embedding.FactorisedTable;
import io.attend.embedding.Table;
import io.attend.head.HeadFormulas.Text;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.LayerContract;
import io.attend.layer.Numbers;
import io.attend.layer.Parameters;
import io.attend.layer.Scene;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadTest {
    private static final DenseTable WORDS = DenseTable.EXAMPLE;

    /// The word 2 stands once in the first text and twice in the second.
    private static final int[][] IDS = {{7, 2, 5, 11, 3}, {2, 7, 2, 13, 0}};

    /// Those that say something of each position, and nothing else.
    @TestFactory
    Stream<DynamicTest> contract() {
        return Examples.of(Head.class)
                .filter(example -> !ofAText(example.value()) && !(example.value() instanceof PairHead))
                .flatMap(example -> LayerContract.of(
                                example.name(),
                                parameters -> build(example.value(), parameters),
                                (x, numbers, scene) -> formula(example.value(), x, numbers, scene))
                        .tests());
    }

    private static double[][] formula(Head head, double[][] x, Numbers numbers, Scene scene) {
        if (head instanceof TiedAdaptiveHead tied) {
            return Stream.of(x)
                    .map(row -> AdaptiveFormulas.tied(
                            tied, AdaptiveTable.EXAMPLE, row, numbers.in("head"), numbers.in("table")))
                    .toArray(double[][]::new);
        }
        double[][] table = numbers.in("table").matrix("weight", WIDTH);
        return HeadFormulas.of(head).apply(new Text(x, new int[x.length], scene.keep()), numbers.in("head"), table);
    }

    static Stream<Example<Head>> ofTexts() {
        return Stream.concat(
                Examples.of(Head.class).filter(example -> ofAText(example.value())),
                Examples.of(Pooling.class)
                        .map(example -> new Example<>(
                                "SequenceHead by " + example.name(),
                                SequenceHead.of(3).pooling(example.value()))));
    }

    private static boolean ofAText(Head head) {
        return head instanceof PooledHead || head instanceof SequenceHead || head instanceof ChoiceHead;
    }

    private static Head.Built build(Head head, Parameters parameters) {
        Table words = head instanceof TiedAdaptiveHead ? AdaptiveTable.EXAMPLE : WORDS;
        Table.Built table = words.build(parameters.in("table"), WIDTH, Optional.empty());
        return head.build(parameters.in("head"), WIDTH, Optional.of(table));
    }

    private static Bench<Head.Built> bench(Head head) {
        return Bench.of(parameters -> build(head, parameters));
    }

    private static Context context(Optional<Tensor> keep) {
        long[] flat = Stream.of(IDS)
                .flatMapToInt(java.util.Arrays::stream)
                .asLongStream()
                .toArray();
        return Context.inference().padded(keep).worded(Optional.of(Tensor.of(flat, 2, 5)));
    }

    /// In words: nowhere in the question but at its first word, anywhere where nothing ends a question.
    @Test
    void anAnswerIsNotInTheQuestion() {
        QuestionHead head = QuestionHead.EXAMPLE;
        int[][] ids = {{7, 11, 2, 5, 2}, {2, 7, 5, 13, 0}, {7, 7, 5, 13, 3}};
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = bench(head)) {
            Tensor x = Grids.random(11, 3, 5, WIDTH);
            double[][][] expected = new double[3][][];
            for (int b = 0; b < 3; b++) {
                Text text = new Text(Grids.of(x)[b], ids[b], Scene.all(5));
                expected[b] = HeadFormulas.of(head).apply(text, bench.numbers().in("head"), new double[0][]);
            }
            long[] flat = Stream.of(ids)
                    .flatMapToInt(java.util.Arrays::stream)
                    .asLongStream()
                    .toArray();
            Context context = Context.inference().worded(Optional.of(Tensor.of(flat, 3, 5)));
            Grids.assertEqual("question", bench.built().forward(x, context), expected, 1e-9);
        }
    }

    @ParameterizedTest
    @MethodSource("ofTexts")
    void isItsFormula(Example<Head> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = bench(example.value())) {
            Numbers numbers = bench.numbers();
            double[][] table = numbers.in("table").matrix("weight", WIDTH);
            Tensor x = Grids.random(11, 2, 5, WIDTH);
            for (int[] lengths : new int[][] {{5, 5}, {5, 3}, {4, 0}}) {
                List<Double> expected = new ArrayList<>();
                for (int b = 0; b < 2; b++) {
                    Text text = new Text(Grids.of(x)[b], IDS[b], Scene.first(lengths[b], 5));
                    double[][] rows = HeadFormulas.of(example.value()).apply(text, numbers.in("head"), table);
                    assertThat(rows).hasDimensions(1, rows[0].length);
                    for (double number : rows[0]) {
                        expected.add(number);
                    }
                }
                Optional<Tensor> keep = lengths[1] == 5 ? Optional.empty() : Optional.of(Grids.keep(5, lengths));
                Tensor y = bench.built().forward(x, context(keep));
                assertThat(y.shape()).isEqualTo(Shape.of(2, expected.size() / 2));
                Tensor wanted = Tensor.of(expected.stream().mapToDouble(d -> d).toArray(), 2, expected.size() / 2);
                assertThat(Grids.difference(y, wanted)).as(example.name()).isLessThan(1e-13);
            }
            assertThat(numbers.unread())
                    .as("%s: weights without a use", example)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("ofTexts")
    void hasTheGradientOfItsFormula(Example<Head> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = bench(example.value())) {
            Tensor x = Grids.random(11, 2, 5, WIDTH);
            Tensor keep = Grids.keep(5, 5, 3);
            List<Tensor> leaves = new ArrayList<>(bench.weights());
            leaves.add(x);
            FiniteDifferences.check(example.name(), () -> bench.built().forward(x, context(Optional.of(keep))), leaves);
        }
    }

    @ParameterizedTest
    @MethodSource("ofTexts")
    void staysFiniteInHalfPrecisionAndOnTextsOfPadding(Example<Head> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Head.Built> bench = Bench.of(parameters -> build(example.value(), parameters), DType.BFLOAT16)) {
            Tensor x = Grids.random(11, 2, 5, WIDTH).mul(1e4).to(DType.BFLOAT16).requiresGrad(true);
            Tensor y = bench.built().forward(x, context(Optional.of(Grids.keep(5, 5, 0))));
            assertThat(y.dtype()).isEqualTo(DType.BFLOAT16);
            Grids.assertFinite(example.name(), y);
            y.sum().backward();
            Grids.assertFinite(example.name(), x.grad().orElseThrow());
        }
    }

    /// The hidden table's two products the other way round: scores by the very vectors that are read.
    @Test
    void aTiedHeadScoresByTheVectorsOfAFactorisedTable() {
        FactorisedTable narrow = FactorisedTable.of(31).size(3);
        for (TiedHead head : List.of(TiedHead.EXAMPLE, TiedHead.OPT)) {
            try (Lifetime _ = Lifetime.open();
                    Bench<Head.Built> bench = Bench.of(parameters -> head.build(
                            parameters.in("head"),
                            WIDTH,
                            Optional.of(narrow.build(parameters.in("table"), WIDTH, Optional.empty()))))) {
                Numbers numbers = bench.numbers();
                double[][] words = numbers.in("table").matrix("weight", 3);
                Numbers widening = numbers.in("table").in("widening");
                Tensor x = Grids.random(11, 1, 1, WIDTH);
                double[] expected = new double[31];
                double[] narrowed = head.narrow() == Tying.OWN
                        ? numbers.in("head").in("narrow").linear(x.toDoubles(), io.attend.layer.Bias.NONE)
                        : new double[0];
                for (int v = 0; v < 31; v++) {
                    double[] y = head.narrow() == Tying.OWN
                            ? words[v]
                            : widening.linear(words[v], io.attend.layer.Bias.NONE);
                    double[] with = head.narrow() == Tying.OWN ? narrowed : x.toDoubles();
                    for (int e = 0; e < y.length; e++) {
                        expected[v] += y[e] * with[e];
                    }
                }
                Tensor logits = bench.built().forward(x, Context.inference());
                assertThat(Grids.difference(logits.reshape(31), Tensor.of(expected)))
                        .isLessThan(1e-13);
            }
        }
    }
}
