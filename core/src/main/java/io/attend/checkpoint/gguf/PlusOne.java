package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/// The scale of a norm, to which Gemma adds 1 and the file has it added: `w + 1`, in float32. Below 1 that
/// rounds `w` to a multiple of 2^-24; a second time it changes nothing.
record PlusOne() implements Move {
    @Override
    public List<Quantized> fromGguf(Quantized tensor) {
        return List.of(mapped(tensor, w -> w - 1));
    }

    @Override
    public Quantized toGguf(List<Quantized> tensors) {
        return mapped(tensors.getFirst(), w -> w + 1);
    }

    @Override
    public List<Shape> shapes(Shape gguf) {
        return List.of(gguf);
    }

    @Override
    public Shape shape(List<Shape> huggingFace) {
        return huggingFace.getFirst();
    }

    private static Quantized mapped(Quantized tensor, DoubleUnaryOperator change) {
        float[] numbers = new float[Math.toIntExact(tensor.shape().count())];
        tensor.decode(MemorySegment.ofArray(numbers));
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) change.applyAsDouble(numbers[i]);
        }
        return Quantized.of(tensor.shape(), numbers);
    }
}
