package io.attend.bench.attention;

import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.layer.Context;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.score.Additive;
import io.attend.score.ScaledDotProduct;
import io.attend.score.Score;
import io.attend.score.SoftCap;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Milliseconds of a layer of bidirectional attention, 8 heads of 64 numbers, on one text: by its score, and
/// with its weights stored all at once, as someone who asks for them has it, or not. Where there are too many
/// scores the fused kernel or blocks that are computed again take their place.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-Dorg.bytedeco.javacpp.nopointergc=true"})
public class AttentionWays {
    private static final int WIDTH = 512;

    /// The scores compared.
    public enum Kind {
        DOT_PRODUCT(new ScaledDotProduct()),
        SOFT_CAP(new SoftCap(new ScaledDotProduct(), 50)),
        ADDITIVE(new Additive(java.util.OptionalInt.empty()));

        private final Score score;

        Kind(Score score) {
            this.score = score;
        }
    }

    @Param
    private Kind score;

    @Param({"512", "1024"})
    private int length;

    @Param({"false", "true"})
    private boolean stored;

    private final Parameters parameters = Parameters.root();
    private Layer layer;
    private Tensor x;

    @Setup
    public void make() {
        layer = SoftmaxAttention.of(Heads.of(8)).score(score.score).self(parameters, Site.width(WIDTH));
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1)) {
            parameters.all().forEach(p -> p.fill(p.initializer().make(p.shape(), random)));
            x = random.normal(Shape.of(1, length, WIDTH), 0, 1).retain();
        }
        System.out.printf(
                Locale.ROOT,
                "%n%.2f GFLOP forward%n",
                layer.cost(Load.batch(1).length(length)).flops() / 1e9);
    }

    @TearDown
    public void free() {
        parameters.close();
        x.close();
    }

    private Tensor pass(boolean learns) {
        parameters.all().forEach(p -> p.tensor().requiresGrad(learns));
        Context context = Context.inference();
        return layer.forward(x, stored ? context.observed((_, _, _) -> {}) : context);
    }

    @Benchmark
    public double forward() {
        try (Lifetime _ = Lifetime.open()) {
            return pass(false).select(0, 0).select(0, 0).select(0, 0).item();
        }
    }

    @Benchmark
    public double forwardAndBackward() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor loss = pass(true).sum();
            loss.backward();
            parameters.all().forEach(p -> p.tensor().clearGrad());
            return loss.item();
        }
    }
}
