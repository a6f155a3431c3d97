package io.attend.bench.head;

import io.attend.tensor.Lifetime;
import io.attend.tensor.ProductLoss;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.util.Optional;
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

/// Milliseconds of the loss of 2,048 rows and its gradients, by way of all scores and in chunks; and of drawing
/// the dropout of as many rows of 128 numbers.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-Dorg.bytedeco.javacpp.nopointergc=true"})
public class LossCost {
    private static final int ROWS = 2048;
    private static final int WIDTH = 128;

    @Param({"65", "10000", "50257"})
    public int classes;

    private Random random;
    private Lifetime lifetime;
    private Tensor x;
    private Tensor weight;
    private Tensor right;

    @Setup
    public void start() {
        Threads.use(1);
        lifetime = Lifetime.open();
        random = Random.seeded(1);
        x = random.normal(Shape.of(ROWS, WIDTH), 0, 1).requiresGrad(true);
        weight = random.normal(Shape.of(classes, WIDTH), 0, 0.1).requiresGrad(true);
        long[] answers = new long[ROWS];
        for (int i = 0; i < ROWS; i++) {
            answers[i] = i * 7919L % classes;
        }
        right = Tensor.of(answers, ROWS);
    }

    @Benchmark
    public double whole() {
        try (Lifetime _ = Lifetime.open()) {
            return learned(x.linear(weight).crossEntropy(right, -100, 0.1));
        }
    }

    @Benchmark
    public double chunked() {
        try (Lifetime _ = Lifetime.open()) {
            return learned(ProductLoss.of(x, weight, Optional.empty(), right, -100, 0.1));
        }
    }

    @Benchmark
    public double dropout() {
        try (Lifetime _ = Lifetime.open()) {
            return random.dropout(x.detach(), 0.1).size(0);
        }
    }

    private double learned(Tensor loss) {
        loss.backward();
        x.clearGrad();
        weight.clearGrad();
        return loss.item();
    }

    @TearDown
    public void end() {
        random.close();
        lifetime.close();
    }
}
