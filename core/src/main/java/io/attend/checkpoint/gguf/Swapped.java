package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.util.List;

/// Rows in another order: Hugging Face's, seen as `[outer, first, second, run]`, are the file's
/// `[outer, second, first, run]`.
///
/// Of the queries and keys of Llama, `[H, 2, D / 2]` are `[H, D / 2, 2]`: Hugging Face rotates halves, ggml
/// neighbours. Of the fused projection of BLOOM, `[H, 3, D]` are `[3, H, D]`.
record Swapped(long outer, long first, long second, long run) implements Move {
    /// The order for rotating neighbours, of `heads` heads of an even `size`.
    static Swapped rotary(long heads, long size) {
        return new Swapped(heads, 2, size / 2, 1);
    }

    @Override
    public List<Quantized> fromGguf(Quantized tensor) {
        return List.of(Rows.permuted(tensor, rows(), row -> from(row, first, second)));
    }

    @Override
    public Quantized toGguf(List<Quantized> tensors) {
        return Rows.permuted(tensors.getFirst(), rows(), row -> from(row, second, first));
    }

    private long rows() {
        return outer * first * second * run;
    }

    /// Where row `row` of `[outer, a, b, run]` is in `[outer, b, a, run]`.
    private long from(long row, long a, long b) {
        long inner = row % run;
        long inB = row / run % b;
        long inA = row / run / b % a;
        return ((row / run / b / a * b + inB) * a + inA) * run + inner;
    }

    @Override
    public List<Shape> shapes(Shape gguf) {
        return List.of(Rows.checked(gguf, rows()));
    }

    @Override
    public Shape shape(List<Shape> huggingFace) {
        return Rows.checked(huggingFace.getFirst(), rows());
    }
}
