package io.attend.attention;

import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;

/// Random directions W [R, D] of a feature map, drawn with the model and saved with it: D at a time they are at
/// right angles, and each is as long as a vector of normal numbers, so that each alone is as if drawn freely,
/// and all together say more than as many free ones.
final class OrthogonalFeatures {
    private OrthogonalFeatures() {}

    static int checked(int count) {
        if (count < 1 || count > 1 << 16) {
            throw new IllegalArgumentException("count must be from 1 to 65536 features, not " + count);
        }
        return count;
    }

    /// Recorded as `weight`, which no gradient changes.
    static Parameter of(Parameters parameters, int count, int size) {
        Initializer orthogonal = OrthogonalFeatures::drawn;
        return parameters.running("weight", Shape.of(count, size), orthogonal);
    }

    private static Tensor drawn(Shape shape, Random random) {
        int count = (int) shape.size(0);
        int size = (int) shape.size(1);
        float[] directions = random.normal(shape, 0, 1).toFloats();
        float[] lengths = random.normal(shape, 0, 1).toFloats();
        float[] all = new float[count * size];
        double[][] block = new double[size][];
        for (int row = 0; row < count; row++) {
            double[] own = part(directions, row, size);
            for (int time = 0; time < 2; time++) { // the second takes away what rounding left
                for (int before = 0; before < row % size; before++) {
                    double along = dot(own, block[before]);
                    for (int i = 0; i < size; i++) {
                        own[i] -= along * block[before][i];
                    }
                }
            }
            double length = Math.sqrt(dot(own, own));
            double[] free = part(lengths, row, size);
            double wanted = Math.sqrt(dot(free, free));
            for (int i = 0; i < size; i++) {
                own[i] /= length;
                all[row * size + i] = (float) (own[i] * wanted);
            }
            block[row % size] = own;
        }
        return Tensor.of(all, count, size);
    }

    private static double[] part(float[] all, int row, int size) {
        double[] one = new double[size];
        for (int i = 0; i < size; i++) {
            one[i] = all[row * size + i];
        }
        return one;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
