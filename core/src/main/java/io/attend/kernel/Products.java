package io.attend.kernel;

import java.util.ArrayList;
import java.util.List;

/// Products of several matrices with one vector, such as queries, keys and values of a token: one piece of work
/// for the [Pool], in parts of rows.
public final class Products {
    private static final long PART = 1 << 16; // bytes of weights a part has at least: some microseconds' reading

    private final List<Matrix> matrices;
    private final List<Part> parts;
    private final boolean small;

    /// Rows of one of the matrices.
    private record Part(int matrix, int from, int to) {}

    public Products(List<? extends Matrix> matrices) {
        this.matrices = List.copyOf(matrices);
        int columns = this.matrices.getFirst().columns();
        List<Part> all = new ArrayList<>();
        for (int i = 0; i < this.matrices.size(); i++) {
            Matrix matrix = this.matrices.get(i);
            if (matrix.columns() != columns) {
                throw new IllegalArgumentException(
                        "one vector cannot meet matrices of " + columns + " and " + matrix.columns() + " columns");
            }
            int rows = (int) Math.max(4, PART / matrix.rowBytes() / 4 * 4);
            for (int from = 0; from < matrix.rows(); from += rows) {
                all.add(new Part(i, from, Math.min(matrix.rows(), from + rows)));
            }
        }
        this.parts = List.copyOf(all);
        this.small = this.matrices.stream()
                        .mapToLong(matrix -> matrix.data().byteSize())
                        .sum()
                < 2 * PART;
    }

    /// `y[i] = W[i] x` for each matrix i.
    public void apply(Row x, float[]... y) {
        for (Matrix matrix : matrices) {
            matrix.prepare(x);
        }
        if (small || Pool.common().threads() == 1) {
            for (int i = 0; i < y.length; i++) {
                Matrix matrix = matrices.get(i);
                matrix.multiply(x, y[i], 0, matrix.rows());
            }
            return;
        }
        Pool.common().run(parts.size(), number -> {
            Part part = parts.get(number);
            matrices.get(part.matrix).multiply(x, y[part.matrix], part.from, part.to);
        });
    }
}
