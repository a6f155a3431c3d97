package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/// The weights of `count` experts, one tensor each at Hugging Face, stacked along a first axis in the file.
record Stacked(int count) implements Move {
    @Override
    public List<Quantized> fromGguf(Quantized tensor) {
        List<Quantized> experts = new ArrayList<>();
        Shape shape = shapes(tensor.shape()).getFirst();
        long bytes = tensor.blocks().byteSize() / count;
        for (int i = 0; i < count; i++) {
            experts.add(new Quantized(tensor.format(), shape, tensor.blocks().asSlice(i * bytes, bytes)));
        }
        return experts;
    }

    @Override
    public Quantized toGguf(List<Quantized> tensors) {
        return Rows.joined(shape(tensors.stream().map(Quantized::shape).toList()), tensors);
    }

    @Override
    public List<Shape> shapes(Shape gguf) {
        if (gguf.rank() < 1 || gguf.size(0) != count) {
            throw new IllegalArgumentException("shape " + gguf + " does not hold " + count + " experts");
        }
        long[] sizes = gguf.toArray();
        return Collections.nCopies(count, Shape.of(LongStream.of(sizes).skip(1).toArray()));
    }

    @Override
    public Shape shape(List<Shape> huggingFace) {
        return Shape.of(LongStream.concat(
                        LongStream.of(count),
                        LongStream.of(huggingFace.getFirst().toArray()))
                .toArray());
    }
}
