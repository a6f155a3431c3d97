package io.attend.position;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Eigenvectors of small symmetric matrices by Jacobi's rotations: slow, and the same to the bit on every
/// machine, which a table that is computed anew wherever a model is loaded must be.
///
///     A ← Jᵀ A J,  J the rotation that makes one element off the diagonal 0, until all are;  O(n³) a sweep
final class Eigenvectors {
    private Eigenvectors() {}

    /// The unit eigenvectors of a symmetric matrix, smallest eigenvalue first, each with its first number that
    /// is not nearly 0 above it. The matrix is used up.
    static double[][] of(double[][] matrix) {
        int n = matrix.length;
        double[][] vectors = new double[n][n]; // row i belongs to matrix[i][i]
        for (int i = 0; i < n; i++) {
            vectors[i][i] = 1;
        }
        for (int sweep = 0; sweep < 60 && offDiagonal(matrix) > 1e-22; sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    if (matrix[p][q] != 0) {
                        rotate(matrix, vectors, p, q);
                    }
                }
            }
        }
        return IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> matrix[i][i]))
                .map(i -> signed(vectors[i]))
                .toArray(double[][]::new);
    }

    private static double offDiagonal(double[][] matrix) {
        double sum = 0;
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < i; j++) {
                sum += matrix[i][j] * matrix[i][j];
            }
        }
        return sum;
    }

    private static void rotate(double[][] a, double[][] vectors, int p, int q) {
        double ratio = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double tangent = Math.copySign(1, ratio) / (Math.abs(ratio) + Math.sqrt(ratio * ratio + 1));
        double cosine = 1 / Math.sqrt(tangent * tangent + 1);
        double sine = tangent * cosine;
        for (double[] row : a) {
            double atP = row[p];
            row[p] = cosine * atP - sine * row[q];
            row[q] = sine * atP + cosine * row[q];
        }
        for (double[][] rows : new double[][][] {a, vectors}) {
            for (int i = 0; i < a.length; i++) {
                double atP = rows[p][i];
                rows[p][i] = cosine * atP - sine * rows[q][i];
                rows[q][i] = sine * atP + cosine * rows[q][i];
            }
        }
    }

    private static double[] signed(double[] vector) {
        double sign = Arrays.stream(vector)
                .filter(number -> Math.abs(number) > 1e-9)
                .findFirst()
                .orElse(1);
        return Arrays.stream(vector).map(number -> sign < 0 ? -number : number).toArray();
    }
}
