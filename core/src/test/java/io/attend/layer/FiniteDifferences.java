package io.attend.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/// Gradients against what a derivative is: how a number changes when what it depends on is moved a little.
///
///     f'(x) ≈ (f(x + h) − f(x − h)) / 2h
public final class FiniteDifferences {
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 2e-7;
    private static final int PROBES = 5;

    private FiniteDifferences() {}

    /// Compares, for the weighted sum of what `f` makes, the gradient of every leaf with central differences:
    /// along a random direction through all its numbers at once, and at a few single numbers. A leaf that no
    /// gradient reaches must be one that moves nothing.
    public static void check(String name, Supplier<Tensor> f, List<Tensor> leaves) {
        for (Tensor leaf : leaves) {
            assertThat(leaf.dtype()).as("%s: leaves are float64", name).isEqualTo(DType.FLOAT64);
            leaf.requiresGrad(true);
        }
        loss(f).backward();
        List<double[]> gradients = leaves.stream()
                .map(leaf -> leaf.grad().map(Tensor::toDoubles).orElse(new double[(int) leaf.count()]))
                .toList();
        leaves.forEach(leaf -> leaf.requiresGrad(false));
        SplittableRandom random = new SplittableRandom(71);
        for (int i = 0; i < leaves.size(); i++) {
            double[] gradient = gradients.get(i);
            String leaf = name + ": gradient of " + leaves.get(i).shape();
            double[] direction = random.doubles(gradient.length, -1, 1).toArray();
            compare(leaf + " along a direction", f, leaves.get(i), direction, gradient);
            for (int probe = 0; probe < PROBES; probe++) {
                int at = random.nextInt(gradient.length);
                double[] single = new double[gradient.length];
                single[at] = 1;
                compare(leaf + " at " + at, f, leaves.get(i), single, gradient);
            }
        }
        leaves.forEach(Tensor::clearGrad);
    }

    private static void compare(String what, Supplier<Tensor> f, Tensor leaf, double[] direction, double[] gradient) {
        double expected = (moved(f, leaf, direction, STEP) - moved(f, leaf, direction, -STEP)) / (2 * STEP);
        double actual = 0;
        for (int i = 0; i < gradient.length; i++) {
            actual += gradient[i] * direction[i];
        }
        assertThat(actual).as(what).isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
    }

    /// The loss with one leaf moved, which is put back afterwards.
    private static double moved(Supplier<Tensor> f, Tensor leaf, double[] direction, double distance) {
        MemorySegment memory = leaf.memory();
        double[] before = leaf.toDoubles();
        for (int i = 0; i < before.length; i++) {
            memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, before[i] + distance * direction[i]);
        }
        try (Lifetime _ = Lifetime.open()) {
            return loss(f).item();
        } finally {
            MemorySegment.copy(before, 0, memory, ValueLayout.JAVA_DOUBLE, 0, before.length);
        }
    }

    private static Tensor loss(Supplier<Tensor> f) {
        Tensor y = f.get();
        return y.mul(Grids.random(73, y.shape().toArray())).sum();
    }
}
