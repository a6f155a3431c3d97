package io.attend.checkpoint.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.attend.kernel.Matrix;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Optional;

/// A tensor as a GGUF file stores it, its blocks unexpanded: row-major, each row a whole number of blocks.
/// What multiplies by it may read the blocks where they lie.
///
/// @param blocks the bytes, usually of the mapped file, not copied
public record Quantized(BlockFormat format, Shape shape, MemorySegment blocks) {
    private static final int CHUNK = 1 << 14; // elements decoded at once: what is decoded stays in the cache

    /// @throws IllegalArgumentException if `blocks` are not as many bytes as `format` and `shape` make
    public Quantized {
        if (columns(shape) % format.elements() != 0 && shape.count() > 0) {
            throw new IllegalArgumentException(format.label() + " " + shape + ": rows of " + columns(shape)
                    + " are not whole blocks of " + format.elements());
        }
        if (blocks.byteSize() != format.bytes(shape.count())) {
            throw new IllegalArgumentException(format.label() + " " + shape + " is " + format.bytes(shape.count())
                    + " bytes, but " + blocks.byteSize() + " are given");
        }
    }

    /// Float32 numbers in the heap.
    static Quantized of(Shape shape, float[] numbers) {
        byte[] bytes = new byte[numbers.length * Float.BYTES];
        new F32().encode(numbers, bytes, numbers.length);
        return new Quantized(new F32(), shape, MemorySegment.ofArray(bytes));
    }

    /// The length of a row: the size of the last axis, 1 of a single number.
    public long columns() {
        return columns(shape);
    }

    /// How many rows.
    public long rows() {
        return columns() == 0 ? 0 : shape.count() / columns();
    }

    /// The bytes of one row.
    public long rowBytes() {
        return format.bytes(columns());
    }

    /// Decodes one row to the start of `to`.
    public void decodeRow(long row, float[] to) {
        byte[] bytes = blocks.asSlice(row * rowBytes(), rowBytes()).toArray(JAVA_BYTE);
        format.decode(bytes, to, (int) (columns() / format.elements()));
    }

    /// The matrix that its blocks are, not copied; absent where it is none, or no kernel reads its format.
    public Optional<Matrix> matrix() {
        boolean fits = shape.rank() == 2 && shape.size(0) <= Integer.MAX_VALUE && shape.size(1) <= Integer.MAX_VALUE;
        return fits && shape.count() > 0
                ? format.matrix((int) shape.size(0), (int) shape.size(1), blocks)
                : Optional.empty();
    }

    /// The same numbers in blocks of another format, in memory of their own.
    ///
    /// @throws IllegalArgumentException if its rows are not whole blocks of it, or a number is not finite
    public Quantized as(BlockFormat.Writable other) {
        MemorySegment to = Rows.allocate(other.bytes(shape.count()));
        Quantized made = new Quantized(other, shape, to);
        float[] row = new float[(int) columns()];
        byte[] encoded = new byte[(int) made.rowBytes()];
        for (long i = 0; i < rows(); i++) {
            decodeRow(i, row);
            for (float number : row) {
                if (!Float.isFinite(number)) {
                    throw new IllegalArgumentException(
                            "row " + i + " has " + number + ", which " + other.label() + " cannot hold");
                }
            }
            other.encode(row, encoded, row.length / other.elements());
            MemorySegment.copy(encoded, 0, to, JAVA_BYTE, i * made.rowBytes(), encoded.length);
        }
        return made;
    }

    /// The numbers, as a float32 tensor. Memory: that of the result and a constant.
    public Tensor tensor() {
        Tensor tensor = Tensor.empty(shape, DType.FLOAT32);
        decode(tensor.memory());
        return tensor;
    }

    /// Decodes every element into `to`, as float32 in this machine's byte order.
    ///
    /// @throws IllegalArgumentException if `to` is not as long as that
    public void decode(MemorySegment to) {
        if (to.byteSize() != shape.count() * Float.BYTES) {
            throw new IllegalArgumentException(shape + " is " + shape.count() * Float.BYTES + " bytes of float32, but "
                    + to.byteSize() + " are given");
        }
        if (format instanceof F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            to.copyFrom(blocks);
            return;
        }
        int most = CHUNK / format.elements();
        byte[] bytes = new byte[most * format.bytes()];
        float[] floats = new float[CHUNK];
        long count = shape.count() / format.elements();
        for (long block = 0; block < count; block += most) {
            int chunk = (int) Math.min(most, count - block);
            MemorySegment.copy(blocks, JAVA_BYTE, block * format.bytes(), bytes, 0, chunk * format.bytes());
            format.decode(bytes, floats, chunk);
            MemorySegment.copy(
                    floats,
                    0,
                    to,
                    JAVA_FLOAT_UNALIGNED,
                    block * format.elements() * Float.BYTES,
                    chunk * format.elements());
        }
    }

    private static long columns(Shape shape) {
        return shape.rank() == 0 ? 1 : shape.size(-1);
    }
}
