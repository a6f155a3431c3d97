package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/// A fused projection, which Hugging Face has as several: `rows` of each, one after the other.
record Split(List<Long> rows) implements Move {
    Split {
        rows = List.copyOf(rows);
    }

    @Override
    public List<Quantized> fromGguf(Quantized tensor) {
        Quantized whole = tensor.shape().rank() == 1 && tensor.format().elements() > 1 ? Rows.expanded(tensor) : tensor;
        List<Shape> shapes = shapes(tensor.shape());
        List<Quantized> parts = new ArrayList<>();
        long at = 0;
        for (Shape shape : shapes) {
            long bytes = whole.format().bytes(shape.count());
            parts.add(new Quantized(whole.format(), shape, whole.blocks().asSlice(at, bytes)));
            at += bytes;
        }
        return parts;
    }

    @Override
    public Quantized toGguf(List<Quantized> tensors) {
        return Rows.joined(shape(tensors.stream().map(Quantized::shape).toList()), tensors);
    }

    @Override
    public List<Shape> shapes(Shape gguf) {
        if (gguf.rank() < 1 || gguf.size(0) != total()) {
            throw new IllegalArgumentException("shape " + gguf + " does not hold rows of " + rows);
        }
        return rows.stream().map(count -> withRows(gguf, count)).toList();
    }

    @Override
    public Shape shape(List<Shape> huggingFace) {
        return withRows(huggingFace.getFirst(), total());
    }

    private long total() {
        return rows.stream().mapToLong(Long::longValue).sum();
    }

    private static Shape withRows(Shape shape, long rows) {
        return Shape.of(LongStream.concat(
                        LongStream.of(rows), LongStream.of(shape.toArray()).skip(1))
                .toArray());
    }
}
