package io.attend.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Tensors and nested arrays, [B][T][E], and what tests ask of them.
public final class Grids {
    private Grids() {}

    /// Seeded numbers between -1 and 1, float64.
    public static Tensor random(long seed, long... shape) {
        double[] values = numbers(seed, Math.toIntExact(Shape.of(shape).count()), 1);
        return Tensor.of(values, shape);
    }

    static double[] numbers(long seed, int count, double bound) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, count)
                .mapToDouble(_ -> random.nextDouble(-bound, bound))
                .toArray();
    }

    /// Truth values [B, T]: row b keeps its first `lengths[b]` positions.
    public static Tensor keep(int longest, int... lengths) {
        boolean[] keep = new boolean[lengths.length * longest];
        for (int b = 0; b < lengths.length; b++) {
            Arrays.fill(keep, b * longest, b * longest + lengths[b], true);
        }
        return Tensor.of(keep, lengths.length, longest);
    }

    public static double[][][] of(Tensor x) {
        assertThat(x.rank()).as("rank of %s", x).isEqualTo(3);
        double[] flat = x.toDoubles();
        int rows = (int) x.size(0);
        int positions = (int) x.size(1);
        int width = (int) x.size(2);
        double[][][] grid = new double[rows][positions][width];
        for (int i = 0; i < flat.length; i++) {
            grid[i / width / positions][i / width % positions][i % width] = flat[i];
        }
        return grid;
    }

    /// The largest difference between two tensors of one shape.
    public static double difference(Tensor one, Tensor other) {
        assertThat(one.shape()).isEqualTo(other.shape());
        return difference(one.toDoubles(), other.toDoubles());
    }

    private static double difference(double[] a, double[] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            double d = Math.abs(a[i] - b[i]);
            if (Double.isNaN(d)) {
                return Double.POSITIVE_INFINITY;
            }
            most = Math.max(most, d);
        }
        return most;
    }

    /// Asserts that a tensor is what a reference computed, number by number.
    public static void assertEqual(String name, Tensor actual, double[][][] expected, double tolerance) {
        assertThat(actual.shape())
                .as(name)
                .isEqualTo(Shape.of(expected.length, expected[0].length, expected[0][0].length));
        double[] flat = Arrays.stream(expected)
                .flatMap(Arrays::stream)
                .flatMapToDouble(Arrays::stream)
                .toArray();
        assertThat(difference(actual.toDoubles(), flat))
                .as("%s: largest difference from the reference", name)
                .isLessThanOrEqualTo(tolerance);
    }

    public static void assertFinite(String name, Tensor tensor) {
        assertThat(tensor.isfinite().all()).as("%s is finite", name).isTrue();
    }

    static Tensor cast(double[] values, DType dtype, Shape shape) {
        return Tensor.of(values, shape.toArray()).to(dtype);
    }
}
