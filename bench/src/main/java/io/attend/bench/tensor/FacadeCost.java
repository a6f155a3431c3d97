package io.attend.bench.tensor;

import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Nanoseconds of one small operation, 4 by 4 numbers, through [Tensor] and through the binding it wraps, with
/// and without the garbage-collected pointers that the facade turns off.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 7, time = 1)
@Fork(
        value = 1,
        jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-Dorg.bytedeco.javacpp.nopointergc=true"})
public class FacadeCost {
    private static final int OPERATIONS = 100;

    private Tensor x;
    private Tensor y;
    private org.bytedeco.pytorch.Tensor rawX;
    private org.bytedeco.pytorch.Tensor rawY;

    @Setup
    public void make() {
        try (Lifetime _ = Lifetime.open()) {
            x = Tensor.ones(Shape.of(4, 4), DType.FLOAT32).retain();
            y = Tensor.ones(Shape.of(4, 4), DType.FLOAT32).retain();
        }
        rawX = torch.ones(4, 4);
        rawY = torch.ones(4, 4);
    }

    @TearDown
    public void free() {
        x.close();
        y.close();
        rawX.close();
        rawY.close();
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public Object facadeAdd() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor sum = x;
            for (int i = 0; i < OPERATIONS; i++) {
                sum = sum.add(y);
            }
            return sum;
        }
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public Object bindingAdd() {
        try (PointerScope _ = new PointerScope()) {
            org.bytedeco.pytorch.Tensor sum = rawX;
            for (int i = 0; i < OPERATIONS; i++) {
                sum = sum.add(rawY);
            }
            return sum;
        }
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public Object facadeScale() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor product = x;
            for (int i = 0; i < OPERATIONS; i++) {
                product = product.mul(0.5);
            }
            return product;
        }
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public Object bindingScale() {
        try (PointerScope _ = new PointerScope()) {
            org.bytedeco.pytorch.Tensor product = rawX;
            for (int i = 0; i < OPERATIONS; i++) {
                product = product.mul(new Scalar(0.5));
            }
            return product;
        }
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public Object facadeMatmul() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor product = x;
            for (int i = 0; i < OPERATIONS; i++) {
                product = product.matmul(y);
            }
            return product;
        }
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public Object bindingMatmul() {
        try (PointerScope _ = new PointerScope()) {
            org.bytedeco.pytorch.Tensor product = rawX;
            for (int i = 0; i < OPERATIONS; i++) {
                product = product.matmul(rawY);
            }
            return product;
        }
    }
}
