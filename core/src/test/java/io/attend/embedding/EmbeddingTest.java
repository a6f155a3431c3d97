package io.attend.embedding;

import static io.attend.layer.Grids.assertEqual;
import static io.attend.layer.Grids.difference;
import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.embedding.EmbeddingFormulas.Words;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Numbers;
import io.attend.layer.Scene;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.position.SinusoidalPosition;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EmbeddingTest {
    private static final long[] IDS = {30, 0, 7, 7, 2, 11, 5, 3, 0, 1};
    private static final long[] NO_PADDING = {30, 1, 7, 7, 2, 11, 5, 4, 1, 1}; // neither 0 nor 3
    private static final long[] SEGMENTS = {0, 0, 1, 1, 1, 1, 1, 1, 0, 0};

    /// The examples, and one with every part in use.
    static Stream<Example<Embedding>> embeddings() {
        TokenEmbedding full = TokenEmbedding.of(new DenseTable(31))
                .position(new LearnedPosition(61))
                .scale(Scale.SQUARE_ROOT_OF_WIDTH)
                .segments(3)
                .norm(LayerNorm.EXAMPLE);
        TokenEmbedding halves = TokenEmbedding.of(new DenseTable(31)).position(SinusoidalPosition.HALVES);
        return Stream.concat(
                Examples.of(Embedding.class),
                Stream.of(
                        new Example<>("TokenEmbedding with everything", full),
                        new Example<>("TokenEmbedding with waves in halves", halves)));
    }

    private static Bench<Embedding.Built> bench(Embedding value) {
        return Bench.of(parameters -> value.build(parameters, WIDTH, Optional.empty()));
    }

    /// The words, and their segments where the embedding knows some.
    private static Tokens tokens(Bench<Embedding.Built> bench) {
        return tokens(bench, IDS, Optional.empty());
    }

    private static Tokens tokens(Bench<Embedding.Built> bench, long[] ids, Optional<Tensor> keep) {
        boolean segments = bench.parameters().stream().anyMatch(p -> p.name().startsWith("segment"));
        return new Tokens(
                Tensor.of(ids, 2, 5), keep, segments ? Optional.of(Tensor.of(SEGMENTS, 2, 5)) : Optional.empty());
    }

    /// The words, and where the embedding has vectors for it, some of them asked for.
    private static Input input(Example<Embedding> example, Tokens tokens) {
        return switch (example.value()) {
            case TwoStreamEmbedding _ ->
                new PermutedTokens(
                        tokens,
                        Optional.empty(),
                        Optional.of(Tensor.ones(Shape.of(2, EmbeddingFormulas.ASKED, 5), DType.FLOAT64)));
            case FeatureEmbedding value -> features(value, tokens.ids());
            case TokenEmbedding _, NgramEmbedding _ -> tokens;
        };
    }

    /// For each word a vector that says which it is.
    private static Features features(FeatureEmbedding value, Tensor words) {
        double[] numbers = Arrays.stream(words.toLongs())
                .mapToObj(id -> EmbeddingFormulas.features((int) id, value.features()))
                .flatMapToDouble(Arrays::stream)
                .toArray();
        return Features.of(Tensor.of(numbers, words.size(0), words.size(1), value.features()));
    }

    private static Input unasked(Example<Embedding> example, Tensor ids) {
        return example.value() instanceof FeatureEmbedding value ? features(value, ids) : Tokens.of(ids);
    }

    @ParameterizedTest
    @MethodSource("embeddings")
    void isItsFormula(Example<Embedding> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Embedding.Built> bench = bench(example.value())) {
            EmbeddingFormulas.Formula formula = EmbeddingFormulas.of(example.value());
            Numbers numbers = bench.numbers();
            double[][] table = formula.table(numbers, WIDTH, new double[0][]);
            double[][][] expected = new double[2][][];
            double[][][] padded = new double[2][][];
            for (int b = 0; b < 2; b++) {
                int[] ids = new int[5];
                int[] segments = new int[5];
                for (int t = 0; t < 5; t++) {
                    ids[t] = (int) IDS[b * 5 + t];
                    segments[t] = (int) SEGMENTS[b * 5 + t];
                }
                expected[b] = formula.apply(new Words(ids, segments, Scene.all(5)), numbers, table);
                padded[b] = formula.apply(new Words(ids, segments, Scene.first(5 - 2 * b, 5)), numbers, table);
            }
            Tensor x = bench.built().forward(input(example, tokens(bench)), Context.inference());
            assertEqual(example.name(), x, expected, 1e-6);
            Tokens words = tokens(bench, IDS, Optional.of(Grids.keep(5, 5, 3)));
            assertEqual(
                    example.name() + " padded",
                    bench.built().forward(input(example, words), Context.inference()),
                    padded,
                    1e-6);
            assertThat(numbers.unread())
                    .as("%s: weights without a use", example)
                    .isEmpty();
        }
    }

    /// A token that comes after others stands where it would have stood with them.
    @ParameterizedTest
    @MethodSource("embeddings")
    void countsPositionsBehindWhatIsCached(Example<Embedding> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Embedding.Built> bench = bench(example.value())) {
            Tensor ids = Tensor.of(IDS, 2, 5);
            Tensor whole = bench.built().forward(unasked(example, ids), Context.inference());
            Tensor rest = bench.built()
                    .forward(
                            unasked(example, ids.narrow(1, 3, 2)),
                            Context.inference().remembering(Map.of(), 3));
            assertThat(difference(
                            rest.reshape(2, -1, 2, WIDTH),
                            whole.reshape(2, -1, 5, WIDTH).narrow(2, 3, 2)))
                    .as(example.name())
                    .isLessThan(1e-12);
        }
    }

    @ParameterizedTest
    @MethodSource("embeddings")
    void hasTheGradientOfItsFormula(Example<Embedding> example) {
        try (Lifetime _ = Lifetime.open();
                Bench<Embedding.Built> bench = bench(example.value())) {
            FiniteDifferences.check(
                    example.name(),
                    () -> bench.built()
                            .forward(input(example, tokens(bench, NO_PADDING, Optional.empty())), Context.inference()),
                    bench.weights());
        }
    }

    @Test
    void withoutSegmentsAllIsTheFirst() {
        try (Lifetime _ = Lifetime.open();
                Bench<Embedding.Built> bench =
                        bench(TokenEmbedding.of(new DenseTable(31)).segments(2))) {
            Tensor ids = Tensor.of(IDS, 2, 5);
            Tensor firsts = Tensor.of(new long[10], 2, 5);
            Tensor named =
                    bench.built().forward(new Tokens(ids, Optional.empty(), Optional.of(firsts)), Context.inference());
            Tensor left = bench.built().forward(Tokens.of(ids), Context.inference());
            assertThat(difference(named, left)).isZero();
        }
    }

    /// XLNet: the embedding learns none, and does not refuse what attention will look at.
    @Test
    void zeroSegmentsAreReadAndAddNothing() {
        try (Lifetime _ = Lifetime.open();
                Bench<Embedding.Built> bench =
                        bench(TokenEmbedding.of(new DenseTable(31)).segments(0))) {
            Tensor ids = Tensor.of(IDS, 2, 5);
            Tokens named = new Tokens(ids, Optional.empty(), Optional.of(Tensor.of(SEGMENTS, 2, 5)));
            Tensor plain = bench.built().forward(Tokens.of(ids), Context.inference());
            assertThat(difference(bench.built().forward(named, Context.inference()), plain))
                    .isZero();
        }
    }

    /// √2048 is 45.2548, in bfloat16 45.25: what Gemma multiplies by.
    @Test
    void roundsItsScaleToTheTypeOfTheWeights() {
        TokenEmbedding value = TokenEmbedding.of(new DenseTable(2)).scale(Scale.ROUNDED_SQUARE_ROOT_OF_WIDTH);
        try (Lifetime _ = Lifetime.open();
                Bench<Embedding.Built> bench =
                        Bench.of(parameters -> value.build(parameters, 2048, Optional.empty()), DType.BFLOAT16)) {
            Tensor weight = bench.weights().getFirst().fill_(1);
            Tensor x = bench.built().forward(Tokens.of(Tensor.of(new long[] {1}, 1, 1)), Context.inference());
            assertThat(x.dtype()).isEqualTo(DType.BFLOAT16);
            assertThat(x.toDoubles()).containsOnly(45.25);
            assertThat(weight.dtype()).isEqualTo(DType.BFLOAT16);
        }
    }

    @Test
    void vectorsOfSeveralLengthsArePadded() {
        try (Lifetime _ = Lifetime.open()) {
            Features features =
                    Features.padded(List.<double[][]>of(new double[][] {{1, 2}}, new double[][] {{3, 4}, {5, 6}}));
            assertThat(features.values().shape()).isEqualTo(Shape.of(2, 2, 2));
            assertThat(features.values().toDoubles()).containsExactly(1, 2, 0, 0, 3, 4, 5, 6);
            assertThat(features.keep().orElseThrow().toLongs()).containsExactly(1, 0, 1, 1);
            assertThat(Features.padded(List.<double[][]>of(new double[][] {{1, 2}}))
                            .keep())
                    .isEmpty();
            assertThatThrownBy(() -> Features.padded(List.<double[][]>of(new double[][] {{1, 2}, {3}})))
                    .hasMessage("vector 1 of sequence 0 has 1 numbers, but the first has 2; give all the same");
            assertThatThrownBy(() -> Features.padded(List.of()))
                    .hasMessage("there are no numbers in [0, 0, 0]: give at least one sequence of at least one vector");
        }
    }

    @Test
    void wordsAndVectorsAreNotMixedUp() {
        try (Lifetime _ = Lifetime.open();
                Bench<Embedding.Built> words = bench(TokenEmbedding.EXAMPLE);
                Bench<Embedding.Built> vectors = bench(FeatureEmbedding.EXAMPLE)) {
            Features given = Features.of(Tensor.zeros(Shape.of(1, 5, 2), DType.FLOAT64));
            assertThatThrownBy(() -> words.built().forward(given, Context.inference()))
                    .hasMessageEndingWith(
                            "this model reads words, and is given vectors; use a model with a FeatureEmbedding");
            assertThatThrownBy(() -> vectors.built().forward(given, Context.inference()))
                    .hasMessageEndingWith(
                            "this model reads vectors of 3 numbers, not of 2; give it those it was made for");
            assertThatThrownBy(() -> vectors.built().forward(Tokens.of(Tensor.of(IDS, 2, 5)), Context.inference()))
                    .hasMessageEndingWith(
                            "this model reads vectors of 3 numbers, and is given words; give it Features");
        }
    }

    @Test
    void dropsInTrainingOnly() {
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(5);
                Bench<Embedding.Built> bench =
                        bench(TokenEmbedding.of(new DenseTable(31)).dropout(0.5))) {
            Tensor ids = Tensor.arange(0, 31).unsqueeze(0);
            Tensor plain = bench.built().forward(Tokens.of(ids), Context.inference());
            Tensor dropped = bench.built().forward(Tokens.of(ids), Context.training(random));
            double[] kept = dropped.div(plain).toDoubles();
            assertThat(kept).containsOnly(0, 2);
            assertThat(Arrays.stream(kept).filter(v -> v == 0).count()).isBetween(110L, 200L);
        }
    }
}
