package io.attend.embedding;

import io.attend.tensor.DType;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;

/// A trained table [V, E] as the factors of a [FactorisedTable]: of all tables of that rank the nearest one
/// (Eckart & Young 1936), by the principal components of its words.
///
///     W ≈ A Uᵀ        A = W U [V, size], U [E, size] the first eigenvectors of Wᵀ W
///
/// V·E² operations and E² numbers beside the table: no decomposition of the table itself. Words are not
/// centred, for a factorised table has no bias to put their mean into.
///
/// @param words A, the `weight` of the factorised table
/// @param widening U, its `widening.weight`
/// @param kept the share of the sum of all squares that is left, 0 to 1
public record Compression(Tensor words, Tensor widening, double kept) {
    /// Of the given size.
    public static Compression of(Tensor table, int size) {
        check(table);
        if (size < 1 || size > table.size(1)) {
            throw new IllegalArgumentException(
                    "a table of " + table.size(1) + " numbers a word cannot be compressed to " + size);
        }
        try (NoGradient _ = NoGradient.open()) {
            return of(table.to(DType.FLOAT64), components(table), size, table.dtype());
        }
    }

    /// Of the smallest size that keeps at least that share of the sum of squares.
    public static Compression keeping(Tensor table, double share) {
        check(table);
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("the share to keep must be above 0 and at most 1, not " + share);
        }
        try (NoGradient _ = NoGradient.open()) {
            Tensor.Decomposed components = components(table);
            double[] squares = components.values().toDoubles();
            double all = sum(squares, squares.length);
            int size = 1;
            while (size < squares.length && sum(squares, size) < share * all) {
                size++;
            }
            return of(table.to(DType.FLOAT64), components, size, table.dtype());
        }
    }

    private static void check(Tensor table) {
        if (table.rank() != 2 || !table.dtype().isFloating()) {
            throw new IllegalArgumentException("a table must be [V, E] numbers, not " + table);
        }
    }

    /// Wᵀ W, symmetric, so that its singular vectors are the components and its values the squares along them.
    private static Tensor.Decomposed components(Tensor table) {
        Tensor exact = table.to(DType.FLOAT64);
        return exact.transpose(0, 1).matmul(exact).svd();
    }

    private static Compression of(Tensor table, Tensor.Decomposed components, int size, DType dtype) {
        Tensor widening = components.left().narrow(1, 0, size); // [E, size]
        double[] squares = components.values().toDoubles();
        double all = sum(squares, squares.length);
        return new Compression(
                table.matmul(widening).to(dtype),
                widening.to(dtype).contiguous(),
                all == 0 ? 1 : sum(squares, size) / all);
    }

    private static double sum(double[] numbers, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += numbers[i];
        }
        return sum;
    }
}
