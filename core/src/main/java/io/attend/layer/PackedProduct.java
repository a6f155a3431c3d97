package io.attend.layer;

import io.attend.kernel.Matrix;
import io.attend.kernel.Products;
import io.attend.kernel.Row;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Products with packed weights for the engine's tensors, `y = x Wᵀ`: x [..., I] → y [..., O].
///
/// A few rows go through the kernels one by one, reading the packed weights each time. Many rows are the
/// engine's work: it is given the weights expanded, a panel of rows at a time that stays in the caches, so that
/// no more of the matrix is ever there in full.
final class PackedProduct {
    /// Rows up to which reading packed weights again is quicker than expanding them.
    private static final long FEW = 4;

    private static final long PANEL = 1 << 18; // numbers expanded at once: 1 MB

    private PackedProduct() {}

    static Tensor of(Matrix weights, Tensor x) {
        Tensor rows = x.to(DType.FLOAT32).reshape(-1, weights.columns()).contiguous(); // [N, I]
        Tensor y = rows.size(0) <= FEW ? few(weights, rows) : many(weights, rows);
        long[] shape = x.shape().toArray();
        shape[shape.length - 1] = weights.rows();
        return y.reshape(shape).to(x.dtype());
    }

    private static Tensor few(Matrix weights, Tensor rows) {
        int count = (int) rows.size(0);
        Tensor y = Tensor.empty(Shape.of(count, weights.rows()), DType.FLOAT32);
        if (count == 0) {
            return y;
        }
        MemorySegment from = rows.memory();
        MemorySegment to = y.memory();
        Row x = new Row(weights.columns());
        float[] result = new float[weights.rows()];
        Products product = new Products(List.of(weights));
        for (long i = 0; i < count; i++) {
            MemorySegment.copy(
                    from, ValueLayout.JAVA_FLOAT, 4 * i * weights.columns(), x.values(), 0, weights.columns());
            x.changed();
            product.apply(x, result);
            MemorySegment.copy(result, 0, to, ValueLayout.JAVA_FLOAT, 4 * i * weights.rows(), weights.rows());
        }
        return y;
    }

    private static Tensor many(Matrix weights, Tensor rows) {
        int height = Math.clamp(PANEL / weights.columns(), 1, weights.rows());
        Tensor panel = Tensor.empty(Shape.of(height, weights.columns()), DType.FLOAT32);
        Tensor y = Tensor.empty(Shape.of(rows.size(0), weights.rows()), DType.FLOAT32);
        float[] row = new float[weights.columns()];
        for (int first = 0; first < weights.rows(); first += height) {
            int count = Math.min(height, weights.rows() - first);
            MemorySegment to = panel.memory();
            for (int i = 0; i < count; i++) {
                weights.row(first + i, row, 0);
                MemorySegment.copy(row, 0, to, ValueLayout.JAVA_FLOAT, 4L * i * weights.columns(), weights.columns());
            }
            y.narrow(1, first, count).copy_(rows.linear(panel.narrow(0, 0, count)));
        }
        return y;
    }
}
