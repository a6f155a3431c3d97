package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongUnaryOperator;

/// Whole rows of a tensor's blocks, moved. What is made here lives as long as anything holds it.
final class Rows {
    private Rows() {}

    /// A tensor whose row `r` is row `source(r)` of `given`; of a vector each element is a row.
    ///
    /// @throws IllegalArgumentException if `given` has another number of rows than `rows`
    static Quantized permuted(Quantized given, long rows, LongUnaryOperator source) {
        checked(given.shape(), rows);
        Quantized tensor = given.shape().rank() == 1 && given.format().elements() > 1 ? expanded(given) : given;
        long bytes = rows == 0 ? 0 : tensor.blocks().byteSize() / rows;
        MemorySegment to = allocate(tensor.blocks().byteSize());
        for (long row = 0; row < rows; row++) {
            MemorySegment.copy(tensor.blocks(), source.applyAsLong(row) * bytes, to, row * bytes, bytes);
        }
        return new Quantized(tensor.format(), tensor.shape(), to);
    }

    /// @throws IllegalArgumentException if `shape` has another number of rows than `rows`
    static Shape checked(Shape shape, long rows) {
        if (shape.rank() < 1 || shape.size(0) != rows) {
            throw new IllegalArgumentException("shape " + shape + " does not have " + rows + " rows");
        }
        return shape;
    }

    /// The tensors one after the other, as one of `shape`; in float32 if their formats differ.
    static Quantized joined(Shape shape, List<Quantized> tensors) {
        BlockFormat format = tensors.getFirst().format();
        List<Quantized> alike =
                tensors.stream().allMatch(tensor -> tensor.format().equals(format))
                        ? tensors
                        : tensors.stream().map(Rows::expanded).toList();
        BlockFormat common = alike.getFirst().format();
        MemorySegment to = allocate(common.bytes(shape.count()));
        long at = 0;
        for (Quantized tensor : alike) {
            if (tensor.blocks().byteSize() > to.byteSize() - at) {
                throw new IllegalArgumentException("shape " + tensor.shape() + " does not fit into " + shape);
            }
            MemorySegment.copy(tensor.blocks(), 0, to, at, tensor.blocks().byteSize());
            at += tensor.blocks().byteSize();
        }
        return new Quantized(common, shape, to);
    }

    /// The same numbers in float32.
    static Quantized expanded(Quantized tensor) {
        MemorySegment to = allocate(tensor.shape().count() * Float.BYTES);
        tensor.decode(to);
        return new Quantized(new F32(), tensor.shape(), to);
    }

    @SuppressWarnings("MustBeClosedChecker") // the collector closes it
    static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, Long.BYTES);
    }
}
