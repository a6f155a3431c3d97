package io.attend.attention;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.attention.BigBirdAttention.Drawing;
import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.LayerContract;
import io.attend.layer.Load;
import io.attend.layer.Numbers;
import io.attend.layer.Parameters;
import io.attend.layer.Scene;
import io.attend.layer.Site;
import io.attend.mask.And;
import io.attend.mask.Bidirectional;
import io.attend.mask.BlockLocal;
import io.attend.mask.Causal;
import io.attend.mask.Dilated;
import io.attend.mask.Document;
import io.attend.mask.Mask;
import io.attend.mask.Or;
import io.attend.mask.SlidingWindow;
import io.attend.mask.SlidingWindow.Sides;
import io.attend.position.Alibi;
import io.attend.position.BucketedBias;
import io.attend.position.Kerple;
import io.attend.position.RelativePosition;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Sparse attention at lengths that fit no block, and against what it must equal.
class PatternTest {
    private static final BigBirdAttention BIG_BIRD =
            new BigBirdAttention(Heads.of(2), 3, 2, Drawing.ALWAYS, ProjectionBias.ADDED, 0);

    private static final List<Mask> WINDOWS = List.of(
            new SlidingWindow(2),
            new SlidingWindow(2, Sides.BOTH),
            new Dilated(new SlidingWindow(2), 3),
            new Dilated(new SlidingWindow(2, Sides.BOTH), 2),
            new BlockLocal(3),
            new And(new Causal(), new BlockLocal(3)),
            new And(new SlidingWindow(3, Sides.BOTH), new Causal()),
            new And(new SlidingWindow(3), new Document()),
            new Or(new SlidingWindow(2), new Dilated(new SlidingWindow(2), 2)));

    private static final List<RelativePosition> BY_DISTANCE =
            List.of(Alibi.EXAMPLE, BucketedBias.EXAMPLE, Kerple.EXAMPLE);

    @TestFactory
    Stream<DynamicTest> windowsAreTheirMasks() {
        return WINDOWS.stream().flatMap(mask -> contract(SoftmaxAttention.GROUPED.masked(mask)));
    }

    @TestFactory
    Stream<DynamicTest> windowsKnowDistances() {
        return BY_DISTANCE.stream()
                .flatMap(position -> Stream.of(
                        SoftmaxAttention.EXAMPLE.position(position).masked(new SlidingWindow(2)),
                        SoftmaxAttention.EXAMPLE
                                .position(position)
                                .masked(new Dilated(new SlidingWindow(2, Sides.BOTH), 2))))
                .flatMap(PatternTest::contract);
    }

    private static Stream<DynamicTest> contract(SoftmaxAttention attention) {
        return LayerContract.of(
                        attention.mask() + " " + attention.position(),
                        parameters -> attention.self(parameters, Site.width(WIDTH)),
                        AttentionFormulas.self(attention))
                .causal(attention.causal())
                .tests();
    }

    /// The way in blocks and the way that shows all weights, at lengths around every edge: of several texts behind
    /// padding.
    @Test
    void blocksGiveWhatAllPairsGive() {
        List<Attention> all = Stream.concat(
                        WINDOWS.stream().map(SoftmaxAttention.SHARED::masked), EXAMPLES.stream())
                .toList();
        for (Attention attention : all) {
            try (Bench<Layer> bench = Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)))) {
                for (int length : new int[] {1, 2, 3, 5, 16, 17, 31, 37, 67}) {
                    try (Lifetime _ = Lifetime.open()) {
                        Tensor x = Grids.random(length, 3, length, WIDTH);
                        long[] texts = new long[3 * length];
                        Arrays.setAll(texts, i -> i % length / 7);
                        Context context = Context.inference()
                                .padded(Optional.of(Grids.keep(length, length, length / 2, 0)))
                                .segmented(Optional.of(Tensor.of(texts, 3, length)));
                        Tensor expected = bench.built().forward(x, context.observed((_, _, _) -> {}));
                        Tensor y = bench.built().forward(x, context);
                        assertThat(Grids.difference(real(y, length), real(expected, length)))
                                .as("%s of %s", attention, length)
                                .isLessThan(1e-12);
                    }
                }
            }
        }
    }

    /// What is no padding.
    private static Tensor real(Tensor y, int length) {
        return Tensor.cat(1, y.narrow(0, 0, 1), y.narrow(0, 1, 1).narrow(1, 0, length / 2));
    }

    private static final List<Attention> EXAMPLES = List.of(
            LongformerAttention.EXAMPLE,
            LongformerAttention.DILATED,
            LongformerAttention.CAUSAL,
            TransientGlobalAttention.EXAMPLE,
            TransientGlobalAttention.LARGER,
            BIG_BIRD,
            new BlockwiseAttention(Heads.of(2), 5, List.of(0, 2), 0),
            FactorizedAttention.EXAMPLE,
            new FactorizedAttention(Heads.of(2), FactorizedAttention.Pattern.STRIDED, 5, 1, 0),
            new FactorizedAttention(Heads.of(2), FactorizedAttention.Pattern.FIXED, 5, 2, 0));

    /// A window that reaches everything, on the same weights.
    @Test
    void aWindowOfEverythingIsExact() {
        SoftmaxAttention exact = SoftmaxAttention.EXAMPLE.masked(new Bidirectional());
        for (Attention wide : List.of(
                SoftmaxAttention.EXAMPLE.masked(new SlidingWindow(97, Sides.BOTH)),
                SoftmaxAttention.EXAMPLE.masked(new BlockLocal(97)),
                LongformerAttention.of(Heads.of(2), new SlidingWindow(97, Sides.BOTH)))) {
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> one = Bench.of(parameters -> wide.self(parameters, Site.width(WIDTH)));
                    Bench<Layer> other = Bench.of(parameters -> exact.self(parameters, Site.width(WIDTH)))) {
                Tensor x = Grids.random(5, 2, 41, WIDTH);
                assertThat(Grids.difference(
                                one.built().forward(x, Context.inference()),
                                other.built().forward(x, Context.inference())))
                        .as("%s", wide)
                        .isLessThan(1e-12);
            }
        }
    }

    /// Lengths that fill no block, with blocks drawn here, given from outside, drawn twice, and the first in the place
    /// of all.
    @Test
    void bigBirdSeesItsBlocks() {
        BigBirdAttention inTraining =
                new BigBirdAttention(Heads.of(2), 3, 2, Drawing.TRAINING, ProjectionBias.ADDED, 0);
        for (int length : new int[] {28, 30, 37}) {
            int blocks = (length + 2) / 3;
            List<List<List<Integer>>> own = BIG_BIRD.drawn("model", blocks);
            List<List<List<Integer>>> given = own.stream()
                    .map(rows -> rows.stream().map(row -> List.of(row.get(1), row.get(1))).toList())
                    .toList();
            List<List<List<Integer>>> first = own.stream()
                    .map(rows -> rows.stream().map(_ -> List.of(0, 0)).toList())
                    .toList();
            try (Lifetime _ = Lifetime.open()) {
                check(BIG_BIRD, length, own, Context.inference());
                check(inTraining, length, first, Context.inference());
                Tensor blocksGiven = Tensor.of(
                        given.stream()
                                .flatMap(List::stream)
                                .flatMap(List::stream)
                                .mapToLong(block -> block)
                                .toArray(),
                        2,
                        blocks - 2,
                        2);
                check(BIG_BIRD, length, given, Context.inference().drawing((_, _) -> Optional.of(blocksGiven)));
            }
        }
    }

    private static void check(
            BigBirdAttention attention, int length, List<List<List<Integer>>> drawn, Context context) {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)))) {
            Tensor x = Grids.random(length, 2, length, WIDTH);
            double[][][] expected = new double[2][][];
            int[] lengths = {length, length - 4};
            for (int b = 0; b < 2; b++) {
                Scene scene = new Scene(Scene.first(lengths[b], length), new double[0][], new boolean[0]);
                expected[b] = PatternFormulas.bigBird(attention, Grids.of(x)[b], bench.numbers(), scene, drawn);
            }
            Context padded = context.padded(Optional.of(Grids.keep(length, lengths)));
            Grids.assertEqual("blocks of " + length, bench.built().forward(x, padded), expected, 1e-11);
            Grids.assertEqual(
                    "observed", bench.built().forward(x, padded.observed((_, _, _) -> {})), expected, 1e-11);
        }
    }

    /// As many as asked for, none twice, none that is seen anyway, the same in every pass and others in every head.
    @Test
    void bigBirdDrawsOthers() {
        List<List<List<Integer>>> drawn = BIG_BIRD.drawn("encoder.3.attention", 17);
        assertThat(drawn).isEqualTo(BIG_BIRD.drawn("encoder.3.attention", 17));
        assertThat(drawn).isNotEqualTo(BIG_BIRD.drawn("encoder.4.attention", 17));
        assertThat(drawn.get(0)).isNotEqualTo(drawn.get(1));
        for (List<List<Integer>> head : drawn) {
            assertThat(head).hasSize(15);
            for (int n = 1; n < 16; n++) {
                assertThat(head.get(n - 1)).hasSize(2).doesNotHaveDuplicates();
                assertThat(head.get(n - 1)).doesNotContain(0, n - 1, n, n + 1, 16);
            }
        }
    }

    /// One block, or all tokens within reach, on the weights of exact attention.
    @Test
    void onePatternOfEverythingIsExact() {
        SoftmaxAttention exact = SoftmaxAttention.EXAMPLE;
        for (Attention whole : List.of(
                new BlockwiseAttention(Heads.of(2), 41, List.of(0, 3), 0),
                new BigBirdAttention(Heads.of(2), 6, 1, Drawing.ALWAYS, ProjectionBias.ADDED, 0),
                new FactorizedAttention(Heads.of(2), FactorizedAttention.Pattern.STRIDED, 41, 1, 0),
                new FactorizedAttention(Heads.of(2), FactorizedAttention.Pattern.STRIDED, 1, 1, 0),
                new FactorizedAttention(Heads.of(2), FactorizedAttention.Pattern.FIXED, 3, 3, 0))) {
            SoftmaxAttention same = whole.causal() ? exact.masked(new Causal()) : exact;
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> one = Bench.of(parameters -> whole.self(parameters, Site.width(WIDTH)));
                    Bench<Layer> other = Bench.of(parameters -> same.self(parameters, Site.width(WIDTH)))) {
                Tensor x = Grids.random(5, 2, 41, WIDTH);
                assertThat(Grids.difference(
                                one.built().forward(x, Context.inference()),
                                other.built().forward(x, Context.inference())))
                        .as("%s", whole)
                        .isLessThan(1e-12);
            }
        }
    }

    /// Four times the length is eight times the work, with a stride of √T.
    @Test
    void factorizedCostsTheLengthTimesItsRoot() {
        for (FactorizedAttention.Pattern pattern : FactorizedAttention.Pattern.values()) {
            double one = pairs(new FactorizedAttention(Heads.of(2), pattern, 128, 1, 0), 1 << 14);
            double four = pairs(new FactorizedAttention(Heads.of(2), pattern, 256, 1, 0), 1 << 16);
            assertThat(four / one).as("%s", pattern).isBetween(7.9, 8.1);
        }
    }

    /// Work beyond that of the projections.
    private static double pairs(Attention attention, int length) {
        Layer layer = attention.self(Parameters.root(), Site.width(WIDTH));
        return layer.cost(Load.batch(1).length(length)).flops() - 8.0 * WIDTH * WIDTH * length;
    }

    /// Global tokens as the input names them, others than those of the value, more in one text than in another.
    @Test
    void inputsNameGlobalTokens() {
        LongformerAttention attention = LongformerAttention.EXAMPLE;
        boolean[][] global = new boolean[3][13];
        global[0][5] = true;
        global[0][6] = true;
        global[0][12] = true;
        global[1][0] = true; // none in the last
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)))) {
            Tensor x = Grids.random(7, 3, 13, WIDTH);
            boolean[] flat = new boolean[39];
            for (int i = 0; i < flat.length; i++) {
                flat[i] = global[i / 13][i % 13];
            }
            Numbers numbers = bench.numbers();
            double[][][] expected = new double[3][][];
            for (int b = 0; b < 3; b++) {
                expected[b] = PatternFormulas.longformer(
                        attention, Grids.of(x)[b], numbers, Scene.plain(13), global[b]);
            }
            Context context = Context.inference().global(Optional.of(Tensor.of(flat, 3, 13)));
            Grids.assertEqual("global", bench.built().forward(x, context), expected, 1e-11);
            Grids.assertEqual(
                    "observed", bench.built().forward(x, context.observed((_, _, _) -> {})), expected, 1e-11);
        }
    }

    /// A question is what stands before the first separator, an answer what stands behind the second.
    @Test
    void tasksChooseGlobalTokens() {
        int[] words = {5, 7, 2, 2, 8, 9, 2, 5, 5};
        long[] ids = Arrays.stream(words).asLongStream().toArray();
        for (GlobalTokens global : List.of(GlobalTokens.question(2), GlobalTokens.answer(2))) {
            LongformerAttention attention =
                    new LongformerAttention(Heads.of(2), SlidingWindow.BOTH, List.of(), global, 0);
            try (Lifetime _ = Lifetime.open();
                    Bench<Layer> bench = Bench.of(parameters -> attention.self(parameters, Site.width(WIDTH)))) {
                Tensor x = Grids.random(7, 1, 9, WIDTH);
                Scene scene = new Scene(Scene.all(9), new double[0][], new boolean[0], words);
                double[][] expected = AttentionFormulas.self(attention).apply(Grids.of(x)[0], bench.numbers(), scene);
                Context context = Context.inference().worded(Optional.of(Tensor.of(ids, 1, 9)));
                Grids.assertEqual(
                        global.toString(),
                        bench.built().forward(x, context),
                        new double[][][] {expected},
                        1e-11);
                assertThatThrownBy(() -> bench.built().forward(x, Context.inference()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("up to the separator 2 need words");
            }
        }
    }

    /// Twice the length is twice the work, and at 32 thousand positions a small part of that of all pairs.
    @Test
    void costsAreLinear() {
        for (Attention attention : List.of(
                SoftmaxAttention.EXAMPLE.masked(new SlidingWindow(64)),
                SoftmaxAttention.EXAMPLE.masked(new Dilated(new SlidingWindow(64), 4)),
                SoftmaxAttention.EXAMPLE.masked(new BlockLocal(64)),
                LongformerAttention.of(Heads.of(2), new SlidingWindow(64, Sides.BOTH)),
                new BigBirdAttention(Heads.of(2), 64, 3, Drawing.ALWAYS, ProjectionBias.ADDED, 0),
                new BlockwiseAttention(Heads.of(2), 64, List.of(0, 1), 0))) {
            Layer layer = attention.self(Parameters.root(), Site.width(WIDTH));
            double one = layer.cost(Load.batch(1).length(1 << 14)).flops();
            double two = layer.cost(Load.batch(1).length(1 << 15)).flops();
            double saved = layer.cost(Load.batch(1).length(1 << 15)).saved()
                    / layer.cost(Load.batch(1).length(1 << 14)).saved();
            assertThat(two / one).as("%s", attention).isBetween(1.99, 2.01);
            assertThat(saved).as("%s", attention).isBetween(1.99, 2.01);
        }
    }

    @Test
    void refusesWhatNoPatternCanBe() {
        assertThatThrownBy(() -> new LongformerAttention(
                        Heads.of(2), SlidingWindow.BOTH, List.of(1, 2, 3), GlobalTokens.GIVEN, 0))
                .hasMessage("3 dilations for 2 heads; give one a head, or one for all");
        assertThatThrownBy(() -> new LongformerAttention(
                        Heads.of(2), SlidingWindow.BOTH, List.of(0), GlobalTokens.GIVEN, 0))
                .hasMessage("rate must be at least 1, not 0");
        assertThatThrownBy(() -> new LongformerAttention(
                        Heads.of(2), SlidingWindow.EXAMPLE, List.of(), GlobalTokens.FIRST, 0))
                .hasMessageStartingWith("a window that ends at the query has no global tokens");
        assertThatThrownBy(() -> LongformerAttention.of(Heads.of(4).sharing(2), SlidingWindow.BOTH))
                .hasMessage("Longformer's attention has as many key-value heads as query heads: 4, not 2");
        assertThatThrownBy(() -> new GlobalTokens(GlobalTokens.Choice.QUESTION, java.util.OptionalInt.empty()))
                .hasMessage("QUESTION ends at a separator, and none is given");
        assertThatThrownBy(() -> new BigBirdAttention(Heads.of(2), 0, 1, Drawing.ALWAYS, ProjectionBias.ADDED, 0))
                .hasMessage("a block must hold at least 1 token, not 0");
        assertThatThrownBy(() -> new BigBirdAttention(Heads.of(2), 1, -1, Drawing.ALWAYS, ProjectionBias.ADDED, 0))
                .hasMessage("random blocks must be from 0 to 1048576, not -1");
        assertThatThrownBy(() -> new BlockwiseAttention(Heads.of(2), 3, List.of(0), 0))
                .hasMessage("1 shifts for 2 heads; give one a head");
        assertThatThrownBy(() -> new BlockwiseAttention(Heads.of(2), 3, List.of(0, -1), 0))
                .hasMessage("a shift must be at least 0, not -1");
        assertThatThrownBy(
                        () -> new FactorizedAttention(Heads.of(2), FactorizedAttention.Pattern.FIXED, 3, 4, 0))
                .hasMessage("summary must be from 1 to the stride 3, not 4");
        assertThatThrownBy(
                        () -> new FactorizedAttention(Heads.of(2), FactorizedAttention.Pattern.STRIDED, 3, 2, 0))
                .hasMessage("a strided pattern has no summary; leave it out or take FIXED");
        assertThatThrownBy(
                        () -> new FactorizedAttention(Heads.of(2), FactorizedAttention.Pattern.STRIDED, 0, 1, 0))
                .hasMessageStartingWith("stride must be from 1 to");
        assertThatThrownBy(() -> new TransientGlobalAttention(
                        Heads.of(2), -1, 2, BucketedBias.EXAMPLE, io.attend.norm.RmsNorm.EXAMPLE, 0))
                .hasMessage("a radius must be at least 0, not -1");
        assertThatThrownBy(() -> new TransientGlobalAttention(
                        Heads.of(2), 1, 0, BucketedBias.EXAMPLE, io.attend.norm.RmsNorm.EXAMPLE, 0))
                .hasMessage("a block must hold at least 1 token, not 0");
        assertThatThrownBy(() -> new TransientGlobalAttention(
                        Heads.of(2), 1, 2, BucketedBias.CAUSAL, io.attend.norm.RmsNorm.EXAMPLE, 0))
                .hasMessage("a window on both sides needs buckets for both, not CAUSAL");
    }
}
