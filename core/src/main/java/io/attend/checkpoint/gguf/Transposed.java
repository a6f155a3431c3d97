package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Columns for rows: GPT-2 at Hugging Face multiplies from the other side. Blocks run along a row, so a
/// quantised matrix is expanded.
record Transposed() implements Move {
    @Override
    public List<Quantized> fromGguf(Quantized tensor) {
        return List.of(transposed(tensor));
    }

    @Override
    public Quantized toGguf(List<Quantized> tensors) {
        return transposed(tensors.getFirst());
    }

    @Override
    public List<Shape> shapes(Shape gguf) {
        return List.of(Shape.of(gguf.size(1), gguf.size(0)));
    }

    @Override
    public Shape shape(List<Shape> huggingFace) {
        return shapes(huggingFace.getFirst()).getFirst();
    }

    private Quantized transposed(Quantized given) {
        Quantized tensor = given.format().elements() == 1 ? given : Rows.expanded(given);
        long rows = tensor.shape().size(0);
        long columns = tensor.shape().size(1);
        int bytes = tensor.format().bytes();
        MemorySegment from = tensor.blocks();
        MemorySegment to = Rows.allocate(from.byteSize());
        for (long row = 0; row < rows; row++) {
            for (long column = 0; column < columns; column++) {
                MemorySegment.copy(from, (row * columns + column) * bytes, to, (column * rows + row) * bytes, bytes);
            }
        }
        return new Quantized(tensor.format(), Shape.of(columns, rows), to);
    }
}
