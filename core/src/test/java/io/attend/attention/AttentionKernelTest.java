package io.attend.attention;

import static io.attend.layer.Grids.assertFinite;
import static io.attend.layer.Grids.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.attend.attention.AttentionKernel.Way;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Context.Visible;
import io.attend.layer.FiniteDifferences;
import io.attend.layer.Grids;
import io.attend.layer.Parameters;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.mask.Mask.Reach;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.score.SoftCap;
import io.attend.tensor.Autocast;
import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The fused way, the explicit way and plain loops agree, whatever is visible.
class AttentionKernelTest {
    private static final int BATCH = 3;
    private static final int HEADS = 6;
    private static final int SIZE = 5;
    private static final Score.Built SCORE =
            new ScaledDotProduct().build(Parameters.root(), new Score.Sizes(HEADS, SIZE));

    private static final RelativePosition.Built POSITION =
            new NoPosition().build(Parameters.root(), new RelativePosition.HeadShape(HEADS, HEADS, SIZE));

    /// What the queries are let see: how many there are, how many keys, the mask, and the real keys of each row
    /// of the batch, counted from the right as a padded prompt has them.
    private record Sight(String name, Mask mask, int queries, int keys, int... real) {
        /// As [Context] makes it for layers.
        Visible visible() {
            Optional<Tensor> keep = real.length == 0
                    ? Optional.empty()
                    : Optional.of(Grids.keep(keys, real).flip(1));
            return Context.inference().padded(keep).visible(mask, queries, keys);
        }

        boolean sees(int row, int query, int key) {
            boolean isReal = real.length == 0 || key >= keys - real[row];
            return isReal && (mask instanceof Bidirectional || key <= query + keys - queries);
        }
    }

    private static final List<Sight> SIGHTS = List.of(
            new Sight("everything", new Bidirectional(), 7, 11),
            new Sight("a triangle", new Causal(), 7, 7),
            new Sight("one key", new Causal(), 1, 1),
            new Sight("one query on many keys", new Causal(), 1, 11),
            new Sight("a chunk behind a cache", new Causal(), 3, 11),
            new Sight("what is not padding", new Bidirectional(), 7, 11, 11, 3, 8),
            new Sight("a padded triangle", new Causal(), 7, 7, 7, 2, 5),
            new Sight("one query on padded keys", new Causal(), 1, 11, 11, 1, 5),
            new Sight("a chunk behind a padded cache", new Causal(), 3, 11, 11, 2, 7),
            new Sight("nothing in one row", new Bidirectional(), 7, 11, 11, 0, 8),
            new Sight("nothing in one row, causal", new Causal(), 7, 7, 0, 7, 3));

    /// What is added to the scores: nothing, or numbers that broadcast.
    private enum Added {
        NOTHING,
        TO_EVERY_ROW,
        TO_EACH_ROW;

        Optional<Tensor> bias(Sight sight) {
            return switch (this) {
                case NOTHING -> Optional.empty();
                case TO_EVERY_ROW -> Optional.of(Grids.random(4, 1, HEADS, sight.queries, sight.keys));
                case TO_EACH_ROW -> Optional.of(Grids.random(5, BATCH, HEADS, sight.queries, sight.keys));
            };
        }
    }

    /// Queries, keys, values and what is added, as float64.
    private record Given(Tensor queries, Tensor keys, Tensor values, Optional<Tensor> bias) {
        static Given of(Sight sight, int keyValueHeads, Added added) {
            return new Given(
                    Grids.random(1, BATCH, HEADS, sight.queries, SIZE),
                    Grids.random(2, BATCH, keyValueHeads, sight.keys, SIZE),
                    Grids.random(3, BATCH, keyValueHeads, sight.keys, SIZE),
                    added.bias(sight));
        }

        Given to(DType dtype) {
            return new Given(queries.to(dtype), keys.to(dtype), values.to(dtype), bias.map(b -> b.to(dtype)));
        }

        Tensor fused(Visible visible) {
            return AttentionKernel.fused(queries, keys, values, visible, bias, SCORE);
        }

        Tensor explicit(Visible visible) {
            return AttentionKernel.explicit(
                    queries, keys, values, visible, bias, SCORE, POSITION, 0, Context.inference());
        }

        /// Three queries at a time.
        Tensor chunked(Visible visible) {
            return AttentionKernel.chunked(queries, keys, values, visible, bias, SCORE, 0, Context.inference(), 3);
        }

        List<Tensor> leaves() {
            List<Tensor> leaves = new ArrayList<>(List.of(queries, keys, values));
            bias.ifPresent(leaves::add);
            return leaves;
        }
    }

    /// Mixed precision stops at the fused kernel, whose bfloat16 form is many times slower on a processor:
    /// float32 goes in, and comes out to the bit.
    @Test
    void theFusedKernelIsNotCast() {
        Sight sight = SIGHTS.get(6);
        try (Lifetime _ = Lifetime.open()) {
            Given given = Given.of(sight, 3, Added.TO_EACH_ROW).to(DType.FLOAT32);
            Visible visible = sight.visible();
            float[] expected = given.fused(visible).toFloats();
            try (Autocast _ = Autocast.open(Device.Kind.CPU, Optional.of(DType.BFLOAT16))) {
                assertThat(given.fused(visible).toFloats()).containsExactly(expected);
                Given rotated = new Given(given.queries, given.keys, given.values.to(DType.BFLOAT16), Optional.empty());
                assertThat(rotated.fused(visible).dtype()).isEqualTo(DType.BFLOAT16);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> agree() {
        return SIGHTS.stream()
                .flatMap(sight -> Stream.of(6, 3, 1)
                        .flatMap(shared -> Stream.of(Added.values())
                                .map(added -> dynamicTest(
                                        sight.name + ", " + HEADS + " heads on " + shared + ", adding " + added, () -> {
                                            try (Lifetime _ = Lifetime.open()) {
                                                check(sight, Given.of(sight, shared, added));
                                            }
                                        }))));
    }

    private static void check(Sight sight, Given given) {
        Visible visible = sight.visible();
        Tensor expected = naive(sight, given);
        for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16)) {
            double tolerance = dtype == DType.FLOAT64 ? 1e-12 : dtype == DType.FLOAT32 ? 2e-6 : 0.03;
            Given typed = given.to(dtype);
            for (Tensor y : List.of(typed.fused(visible), typed.explicit(visible), typed.chunked(visible))) {
                assertThat(y.dtype()).isEqualTo(dtype);
                assertThat(y.shape()).isEqualTo(Shape.of(BATCH, HEADS, sight.queries, SIZE));
                assertThat(difference(y, expected))
                        .as("%s, %s", sight.name, dtype)
                        .isLessThan(tolerance);
            }
        }
        FiniteDifferences.check(sight.name + ", fused", () -> given.fused(visible), given.leaves());
        FiniteDifferences.check(sight.name + ", explicit", () -> given.explicit(visible), given.leaves());
        FiniteDifferences.check(sight.name + ", chunked", () -> given.chunked(visible), given.leaves());
        for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            checkFinite(sight.name + ", fused, " + dtype, given.to(dtype), y -> y.fused(visible));
            checkFinite(sight.name + ", explicit, " + dtype, given.to(dtype), y -> y.explicit(visible));
            checkFinite(sight.name + ", chunked, " + dtype, given.to(dtype), y -> y.chunked(visible));
        }
    }

    private static void checkFinite(String name, Given given, java.util.function.Function<Given, Tensor> way) {
        given.leaves().forEach(leaf -> leaf.requiresGrad(true));
        way.apply(given).square().sum().backward();
        given.leaves().forEach(leaf -> {
            assertFinite(name + ": gradient", leaf.grad().orElseThrow());
            leaf.clearGrad();
        });
    }

    /// Σ_s softmax_s(q_t · k_s / √D + bias) v_s over what is seen, nothing where nothing is.
    private static Tensor naive(Sight sight, Given given) {
        double[][][] q = Grids.of(given.queries.flatten(0, 1));
        double[][][] k = Grids.of(given.keys.flatten(0, 1));
        double[][][] v = Grids.of(given.values.flatten(0, 1));
        double[] y = new double[BATCH * HEADS * sight.queries * SIZE];
        Optional<double[][][]> bias = given.bias.map(b -> Grids.of(
                b.expand(BATCH, HEADS, sight.queries, sight.keys).contiguous().flatten(0, 1)));
        int keyValueHeads = (int) given.keys.size(1);
        for (int row = 0; row < BATCH; row++) {
            for (int head = 0; head < HEADS; head++) {
                int one = row * HEADS + head;
                int shared = row * keyValueHeads + head / (HEADS / keyValueHeads);
                for (int t = 0; t < sight.queries; t++) {
                    double total = 0;
                    double[] sum = new double[SIZE];
                    for (int s = 0; s < sight.keys; s++) {
                        if (!sight.sees(row, t, s)) {
                            continue;
                        }
                        double score = bias.isPresent() ? bias.get()[one][t][s] : 0;
                        for (int d = 0; d < SIZE; d++) {
                            score += q[one][t][d] * k[shared][s][d] / Math.sqrt(SIZE);
                        }
                        total += Math.exp(score);
                        for (int d = 0; d < SIZE; d++) {
                            sum[d] += Math.exp(score) * v[shared][s][d];
                        }
                    }
                    for (int d = 0; d < SIZE; d++) {
                        y[(one * sight.queries + t) * SIZE + d] = total == 0 ? 0 : sum[d] / total;
                    }
                }
            }
        }
        return Tensor.of(y, BATCH, HEADS, sight.queries, SIZE);
    }

    /// The engine's causal flag would let a single query see the first key alone.
    @Test
    void oneQueryOfAGenerationSeesEveryKey() {
        try (Lifetime _ = Lifetime.open()) {
            Visible visible = Context.inference().visible(new Causal(), 1, 5);
            assertThat(visible.reach()).isEqualTo(Reach.ALL);
            Tensor query = Tensor.zeros(Shape.of(1, 1, 1, 2), DType.FLOAT32);
            Tensor keys = Tensor.zeros(Shape.of(1, 1, 5, 2), DType.FLOAT32);
            Tensor values = Tensor.of(new float[] {0, 1, 10, 1, 20, 1, 30, 1, 40, 1}, 1, 1, 5, 2);
            Tensor y = AttentionKernel.fused(query, keys, values, visible, Optional.empty(), SCORE);
            assertThat(y.toFloats()).containsExactly(20, 1);
        }
    }

    @Test
    void aQueryThatSeesNothingGetsZerosToTheBit() {
        Sight sight = new Sight("nothing", new Bidirectional(), 7, 11, 11, 0, 8);
        try (Lifetime _ = Lifetime.open()) {
            for (Added added : Added.values()) {
                Given given = Given.of(sight, 3, added).to(DType.FLOAT32);
                for (Tensor y : List.of(
                        given.fused(sight.visible()),
                        given.explicit(sight.visible()),
                        given.chunked(sight.visible()))) {
                    assertThat(y.select(0, 1).toFloats())
                            .as("%s", added)
                            .containsOnly(0f)
                            .hasSize(HEADS * 7 * SIZE);
                }
            }
        }
    }

    /// The explicit way is taken for who asks for weights, and the weights it shows are a distribution over
    /// what is seen.
    @Test
    void showsItsWeightsToWhoAsks() {
        Sight sight = new Sight("a padded triangle", new Causal(), 7, 7, 7, 2, 5);
        try (Lifetime _ = Lifetime.open()) {
            Given given = Given.of(sight, 3, Added.TO_EACH_ROW);
            List<Tensor> seen = new ArrayList<>();
            List<Tensor> scores = new ArrayList<>();
            Context watching = Context.inference().observed((_, what, tensor) -> {
                assertThat(what).isIn("attention", "scores");
                (what.equals("attention") ? seen : scores).add(tensor);
            });
            Visible visible = sight.visible();
            Tensor y = AttentionKernel.attend(
                    given.queries, given.keys, given.values, visible, given.bias, SCORE, POSITION, 0, watching);
            assertThat(difference(y, given.fused(visible))).isLessThan(1e-12);
            assertThat(seen).hasSize(1);
            assertThat(scores).hasSize(1);
            Tensor real = scores.getFirst().select(0, 0); // of the text without padding
            assertThat(difference(real.softmax(-1), seen.getFirst().select(0, 0)))
                    .isLessThan(1e-15);
            assertThat(seen.getFirst().shape()).isEqualTo(Shape.of(BATCH, HEADS, 7, 7));
            double[][][] weights = Grids.of(seen.getFirst().flatten(0, 1));
            for (int one = 0; one < weights.length; one++) {
                for (int t = 0; t < 7; t++) {
                    double sum = 0;
                    boolean any = false;
                    for (int s = 0; s < 7; s++) {
                        boolean sees = sight.sees(one / HEADS, t, s);
                        any |= sees;
                        sum += weights[one][t][s];
                        assertThat(weights[one][t][s] > 0).isEqualTo(sees);
                    }
                    assertThat(sum).isCloseTo(any ? 1 : 0, org.assertj.core.api.Assertions.within(1e-12));
                }
            }
        }
    }

    /// Scores far beyond what an exponential holds.
    @Test
    void doesNotOverflow() {
        Sight sight = new Sight("a triangle", new Causal(), 7, 7);
        try (Lifetime _ = Lifetime.open()) {
            Given small = Given.of(sight, 6, Added.NOTHING).to(DType.FLOAT32);
            Given given = new Given(small.queries.mul(1e4), small.keys.mul(1e4), small.values, small.bias);
            Tensor fused = given.fused(sight.visible());
            Tensor explicit = given.explicit(sight.visible());
            assertFinite("fused", fused);
            assertThat(difference(fused, explicit)).isLessThan(1e-5);
            assertThat(difference(fused, given.chunked(sight.visible()))).isLessThan(1e-5);
            Given half =
                    new Given(small.queries.mul(1e4), small.keys.mul(1e4), small.values, small.bias).to(DType.FLOAT16);
            assertFinite("fused, halves", half.fused(sight.visible()));
            assertFinite("explicit, halves", half.explicit(sight.visible()));
            assertFinite("chunked, halves", half.chunked(sight.visible()));
        }
    }

    /// Who asks for nothing special gets the fused kernel, which has no weights and stores none; who asks does
    /// not change that for others.
    @Test
    void takesTheFusedKernelWheneverItIsExact() {
        try (Lifetime _ = Lifetime.open();
                io.attend.tensor.Random random = io.attend.tensor.Random.seeded(1)) {
            Context inference = Context.inference();
            Context training = Context.training(random);
            Context watching = inference.observed((_, _, _) -> {});
            Context glancing = inference.observed(new io.attend.layer.Observer() {
                @Override
                public void see(io.attend.layer.Place place, String what, Tensor tensor) {}

                @Override
                public boolean wantsAttention() {
                    return false;
                }
            });
            long few = AttentionKernel.MOST_SCORES;
            long many = few + 1;
            assertThat(AttentionKernel.way(many, SCORE, POSITION, 0.1, inference))
                    .isEqualTo(Way.FUSED);
            assertThat(AttentionKernel.way(many, SCORE, POSITION, 0, training)).isEqualTo(Way.FUSED);
            assertThat(AttentionKernel.way(many, SCORE, POSITION, 0, glancing)).isEqualTo(Way.FUSED);
            assertThat(AttentionKernel.way(few, SCORE, POSITION, 0, watching)).isEqualTo(Way.EXPLICIT);
            assertThat(AttentionKernel.way(many, SCORE, POSITION, 0, watching)).isEqualTo(Way.EXPLICIT);
            assertThat(AttentionKernel.way(few, SCORE, POSITION, 0.1, training)).isEqualTo(Way.EXPLICIT);
            assertThat(AttentionKernel.way(many, SCORE, POSITION, 0.1, training))
                    .isEqualTo(Way.CHUNKED);
            Score.Built capped = SoftCap.EXAMPLE.build(Parameters.root(), new Score.Sizes(HEADS, SIZE));
            assertThat(AttentionKernel.way(few, capped, POSITION, 0, inference)).isEqualTo(Way.EXPLICIT);
            assertThat(AttentionKernel.way(many, capped, POSITION, 0, inference))
                    .isEqualTo(Way.CHUNKED);
        }
    }

    /// The weights of a score are found, though they are no inputs of attention, even where nothing else
    /// learns.
    @TestFactory
    Stream<DynamicTest> chunksAreTheWholeForEveryScore() {
        Sight sight = new Sight("a padded triangle", new Causal(), 7, 7, 7, 2, 5);
        return Examples.of(Score.class)
                .map(example -> dynamicTest(example.name(), () -> {
                    try (Lifetime _ = Lifetime.open();
                            Bench<Score.Built> bench = Bench.of(
                                    parameters -> example.value().build(parameters, new Score.Sizes(HEADS, SIZE)))) {
                        Score.Built score = bench.built();
                        Given given = Given.of(sight, 3, Added.TO_EVERY_ROW);
                        Tensor direction = Grids.random(9, BATCH, HEADS, 7, SIZE);
                        List<Tensor> leaves = new ArrayList<>(bench.weights());
                        for (boolean inputsLearn : new boolean[] {true, false}) {
                            if (inputsLearn) {
                                leaves.addAll(given.leaves());
                            } else {
                                leaves.removeAll(given.leaves());
                                given.leaves().forEach(leaf -> leaf.requiresGrad(false));
                            }
                            leaves.forEach(leaf -> leaf.requiresGrad(true));
                            if (leaves.isEmpty()) {
                                continue;
                            }
                            Tensor whole = AttentionKernel.explicit(
                                    score.queries(given.queries),
                                    score.keys(given.keys),
                                    given.values,
                                    sight.visible(),
                                    given.bias,
                                    score,
                                    POSITION,
                                    0,
                                    Context.inference());
                            whole.mul(direction).sum().backward();
                            List<Tensor> expected = leaves.stream()
                                    .map(leaf -> leaf.grad().orElseThrow().clone())
                                    .toList();
                            leaves.forEach(Tensor::clearGrad);
                            Tensor parts = AttentionKernel.chunked(
                                    score.queries(given.queries),
                                    score.keys(given.keys),
                                    given.values,
                                    sight.visible(),
                                    given.bias,
                                    score,
                                    0,
                                    Context.inference(),
                                    2);
                            assertThat(difference(whole, parts)).isLessThan(1e-13);
                            parts.mul(direction).sum().backward();
                            for (int i = 0; i < leaves.size(); i++) {
                                assertThat(difference(leaves.get(i).grad().orElseThrow(), expected.get(i)))
                                        .as("gradient of %s", leaves.get(i))
                                        .isLessThan(1e-12);
                            }
                            leaves.forEach(Tensor::clearGrad);
                        }
                    }
                }));
    }

    /// The backward pass drops what the forward pass dropped, and draws nothing that the next pass would draw.
    @Test
    void chunksDropTheSameAgain() {
        Sight sight = new Sight("a triangle", new Causal(), 7, 7);
        try (Lifetime _ = Lifetime.open();
                io.attend.tensor.Random random = io.attend.tensor.Random.seeded(3)) {
            Given given = Given.of(sight, 6, Added.NOTHING);
            Tensor start = random.state();
            FiniteDifferences.check(
                    "chunks with dropout",
                    () -> {
                        random.restore(start);
                        return AttentionKernel.chunked(
                                given.queries,
                                given.keys,
                                given.values,
                                sight.visible(),
                                given.bias,
                                SCORE,
                                0.5,
                                Context.training(random),
                                3);
                    },
                    given.leaves());
            random.restore(start);
            Tensor y = AttentionKernel.chunked(
                    given.queries.requiresGrad(true),
                    given.keys,
                    given.values,
                    sight.visible(),
                    given.bias,
                    SCORE,
                    0.5,
                    Context.training(random),
                    3);
            Tensor before = random.state();
            y.sum().backward();
            assertThat(random.state().toLongs()).isEqualTo(before.toLongs());
        }
    }

    @Test
    void dropsWeightsInTrainingOnly() {
        Sight sight = new Sight("everything", new Bidirectional(), 7, 11);
        try (Lifetime _ = Lifetime.open();
                io.attend.tensor.Random random = io.attend.tensor.Random.seeded(2)) {
            Given given = Given.of(sight, 6, Added.NOTHING);
            Tensor plain = given.explicit(sight.visible());
            Tensor inference = AttentionKernel.attend(
                    given.queries,
                    given.keys,
                    given.values,
                    sight.visible(),
                    given.bias,
                    SCORE,
                    POSITION,
                    0.5,
                    Context.inference());
            assertThat(difference(plain, inference)).isLessThan(1e-12);
            Tensor mean = plain.mul(0);
            int passes = 400;
            for (int pass = 0; pass < passes; pass++) {
                Tensor y = AttentionKernel.attend(
                        given.queries,
                        given.keys,
                        given.values,
                        sight.visible(),
                        given.bias,
                        SCORE,
                        POSITION,
                        0.5,
                        Context.training(random));
                assertThat(difference(plain, y)).isGreaterThan(1e-3);
                mean = mean.add(y.mul(1.0 / passes));
            }
            assertThat(difference(plain, mean)).as("its expectation stays").isLessThan(0.1);
        }
    }
}
