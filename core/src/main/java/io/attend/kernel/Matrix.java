package io.attend.kernel;

import java.lang.foreign.MemorySegment;

/// A matrix [rows, columns] of weights in the memory where they lie, row after row, often a mapped file: never
/// copied, never expanded.
///
/// Each format is one file: how a row is read, the plain reference of its product with a vector, and which
/// kernel of [FloatProducts] or [BlockProducts] computes the same.
public sealed interface Matrix permits BFloat16Matrix, Float32Matrix, Q40Matrix, Q4KMatrix, Q80Matrix {
    int rows();

    int columns();

    /// The name the field knows the format by: `Q8_0`.
    String label();

    /// The weights, `rows` times as many bytes as a row has.
    MemorySegment data();

    /// Makes the form of `x` that [#multiply] reads.
    void prepare(Row x);

    /// `y[i] = Σ W[i, j] x[j]` for the rows `from` to `to - 1`: 2·columns operations a row. `x` was prepared.
    void multiply(Row x, float[] y, int from, int to);

    /// The same, number by number, as the format's formula says it.
    void reference(Row x, float[] y, int from, int to);

    /// The numbers of one row, from `at` on.
    void row(int row, float[] to, int at);

    /// Bytes of a row.
    default long rowBytes() {
        return data().byteSize() / rows();
    }

    /// @throws IllegalArgumentException if sizes and bytes do not fit each other
    static void check(String format, int rows, int columns, long wanted, MemorySegment data) {
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException(
                    "a matrix needs at least 1 row and 1 column, not " + rows + " and " + columns);
        }
        if (data.byteSize() != wanted) {
            throw new IllegalArgumentException(format + " [" + rows + ", " + columns + "] is " + wanted + " bytes, but "
                    + data.byteSize() + " are given");
        }
    }

    /// @throws IllegalArgumentException if rows are not whole blocks
    static void checkBlocks(String format, int columns, int block) {
        if (columns % block != 0) {
            throw new IllegalArgumentException(format + ": rows of " + columns + " are not whole blocks of " + block);
        }
    }
}
