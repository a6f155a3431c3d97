package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.util.List;

/// Rows of the fused projection of Falcon. Hugging Face has `groups` of `queries` heads of queries, one of
/// keys and one of values, each of `size` rows; the file has all queries, then all keys, then all values.
record Grouped(long groups, long queries, long size) implements Move {
    @Override
    public List<Quantized> fromGguf(Quantized tensor) {
        return List.of(Rows.permuted(tensor, rows(), this::ggufRow));
    }

    @Override
    public Quantized toGguf(List<Quantized> tensors) {
        return Rows.permuted(tensors.getFirst(), rows(), this::huggingFaceRow);
    }

    private long rows() {
        return groups * (queries + 2) * size;
    }

    /// Where the file has Hugging Face's row `row`.
    private long ggufRow(long row) {
        long group = row / size / (queries + 2);
        long head = row / size % (queries + 2);
        long heads = head < queries
                ? group * queries + head
                : groups * queries + (head - queries) * groups + group; // keys of every group, then values
        return heads * size + row % size;
    }

    /// Where Hugging Face has the file's row `row`.
    private long huggingFaceRow(long row) {
        long head = row / size;
        long beyond = head - groups * queries;
        long group = beyond < 0 ? head / queries : beyond % groups;
        long inGroup = beyond < 0 ? head % queries : queries + beyond / groups;
        return (group * (queries + 2) + inGroup) * size + row % size;
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
