package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.util.List;

/// The tensor as it is.
record Same() implements Move {
    @Override
    public List<Quantized> fromGguf(Quantized tensor) {
        return List.of(tensor);
    }

    @Override
    public Quantized toGguf(List<Quantized> tensors) {
        return tensors.getFirst();
    }

    @Override
    public List<Shape> shapes(Shape gguf) {
        return List.of(gguf);
    }

    @Override
    public Shape shape(List<Shape> huggingFace) {
        return huggingFace.getFirst();
    }
}
