package io.attend.layer;

import io.attend.kernel.Matrix;
import io.attend.kernel.Products;
import io.attend.kernel.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// [Linear]s that multiply the same vector, in plain memory: one piece of work for all threads.
public final class RowProducts {
    private final Products products;
    private final List<float[]> biases;

    private RowProducts(Products products, List<float[]> biases) {
        this.products = products;
        this.biases = biases;
    }

    /// Absent if one of them is wrapped, works in groups, or has weights that are none of the kernels'.
    public static Optional<RowProducts> of(StepPlan plan, Linear... linears) {
        List<Matrix> matrices = new ArrayList<>();
        List<float[]> biases = new ArrayList<>();
        for (Linear linear : linears) {
            Optional<Matrix> matrix = linear.matrix(plan);
            if (matrix.isEmpty()) {
                return Optional.empty();
            }
            matrices.add(matrix.get());
            biases.add(linear.bias().map(plan::vector).orElse(new float[0]));
        }
        return Optional.of(new RowProducts(new Products(matrices), biases));
    }

    /// `y[i] = Wᵢ x + bᵢ` for each of them.
    public void apply(Row x, Row... y) {
        float[][] values = new float[y.length][];
        for (int i = 0; i < y.length; i++) {
            values[i] = y[i].values();
        }
        products.apply(x, values);
        for (int i = 0; i < y.length; i++) {
            float[] bias = biases.get(i);
            for (int j = 0; j < bias.length; j++) {
                values[i][j] += bias[j];
            }
            y[i].changed();
        }
    }
}
