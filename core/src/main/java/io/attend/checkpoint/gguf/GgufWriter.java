package io.attend.checkpoint.gguf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.CheckpointException;
import io.attend.tensor.Shape;
import io.attend.tokenizer.format.GgufHead;
import io.attend.tokenizer.format.GgufValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// Writes a GGUF file of version 3, one tensor after the other, [atomically][Atomic]. Keys and tensors stay
/// in the order given; the same content is always the same bytes.
public final class GgufWriter {
    private static final int VERSION = 3;
    private static final int LONGEST_NAME = 63; // what ggml has room for

    private GgufWriter() {}

    /// A tensor to write. It is asked for when its turn comes and done with before the next is asked for.
    public record Item(String name, BlockFormat format, Shape shape, Supplier<Content> content) {
        /// @throws IllegalArgumentException if no file can hold such a tensor
        public Item {
            if (name.isEmpty() || name.length() > LONGEST_NAME || shape.rank() > TensorTable.MAXIMUM_RANK) {
                throw new IllegalArgumentException(
                        name + " " + shape + " cannot be a tensor of a GGUF file: names have " + "1 to " + LONGEST_NAME
                                + " characters, shapes at most " + TensorTable.MAXIMUM_RANK + " axes");
            }
            long columns = shape.rank() == 0 ? 1 : shape.size(-1);
            if (columns % format.elements() != 0) {
                throw new IllegalArgumentException("tensor " + name + " " + shape + " cannot be " + format.label()
                        + ": rows of " + columns + " are not whole blocks of " + format.elements()
                        + "; write it as F32, F16 or BF16");
            }
        }

        /// A tensor whose blocks are at hand.
        public static Item of(String name, Quantized tensor) {
            Content content = (offset, bytes) -> tensor.blocks().asSlice(offset, bytes);
            return new Item(name, tensor.format(), tensor.shape(), () -> content);
        }

        /// A tensor in another format than it has.
        ///
        /// @param tensor asked for when the tensor's turn comes
        public static Item encoded(String name, BlockFormat.Writable format, Shape shape, Supplier<Quantized> tensor) {
            return new Item(name, format, shape, () -> new Encoding(name, format, tensor.get()));
        }

        long bytes() {
            return format.bytes(shape.count());
        }
    }

    /// The blocks of a tensor.
    @FunctionalInterface
    public interface Content {
        /// The `bytes` bytes from `offset`, both multiples of the format's block; asked for in order.
        MemorySegment bytes(long offset, long bytes);
    }

    /// Writes `metadata` and `items` to `target`, in place of the file there if there is one.
    /// `general.alignment` is heeded.
    ///
    /// @throws IllegalArgumentException if two items have one name or the alignment is none; the file at
    ///     `target` is then as it was
    /// @throws CheckpointException if the file cannot be written
    public static void write(Path target, Map<String, GgufValue> metadata, List<Item> items) {
        GgufValue given = metadata.get(TensorTable.ALIGNMENT_KEY);
        long alignment = given == null ? TensorTable.ALIGNMENT : given.integer();
        if (alignment < 8 || alignment > 1 << 20 || Long.bitCount(alignment) != 1) {
            throw new IllegalArgumentException(
                    TensorTable.ALIGNMENT_KEY + " is " + alignment + "; it is a power of 2 from 8 to 1048576");
        }
        byte[] head = head(metadata, items, alignment);
        Atomic.file(target, channel -> {
            Atomic.writeFully(channel, MemorySegment.ofArray(head));
            for (Item item : items) {
                write(channel, item);
                pad(channel, TensorTable.padding(item.bytes(), alignment));
            }
        });
    }

    private static void write(FileChannel channel, Item item) throws IOException {
        Content content = item.content().get();
        long chunk = (1L << 20) / item.format().bytes() * item.format().bytes();
        for (long at = 0; at < item.bytes(); at += chunk) {
            long bytes = Math.min(chunk, item.bytes() - at);
            Atomic.writeFully(channel, content.bytes(at, bytes));
        }
    }

    private static void pad(FileChannel channel, long bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate((int) bytes);
        while (zeros.hasRemaining()) {
            channel.write(zeros);
        }
    }

    private static byte[] head(Map<String, GgufValue> metadata, List<Item> items, long alignment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        number(out, GgufValue.Type.UINT32, GgufHead.MAGIC);
        number(out, GgufValue.Type.UINT32, VERSION);
        number(out, GgufValue.Type.UINT64, items.size());
        number(out, GgufValue.Type.UINT64, metadata.size());
        metadata.forEach((key, value) -> {
            text(out, key);
            value.write(out);
        });
        Set<String> names = new HashSet<>();
        long offset = 0;
        for (Item item : items) {
            if (!names.add(item.name())) {
                throw new IllegalArgumentException("two tensors are called " + item.name() + "; rename one");
            }
            text(out, item.name());
            number(out, GgufValue.Type.UINT32, item.shape().rank());
            for (int axis = item.shape().rank() - 1; axis >= 0; axis--) {
                number(out, GgufValue.Type.UINT64, item.shape().size(axis));
            }
            number(out, GgufValue.Type.UINT32, item.format().code());
            number(out, GgufValue.Type.UINT64, offset);
            offset = Math.addExact(offset, item.bytes() + TensorTable.padding(item.bytes(), alignment));
        }
        if (!items.isEmpty()) {
            out.writeBytes(new byte[(int) TensorTable.padding(out.size(), alignment)]);
        }
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        GgufValue.of(text).write(value);
        out.write(value.toByteArray(), Integer.BYTES, value.size() - Integer.BYTES); // without its type
    }

    private static void number(ByteArrayOutputStream out, GgufValue.Type type, long number) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        GgufValue.of(type, number).write(value);
        out.write(value.toByteArray(), Integer.BYTES, value.size() - Integer.BYTES);
    }

    /// Decodes a tensor and encodes it anew, a piece at a time.
    private record Encoding(String name, BlockFormat.Writable format, Quantized tensor) implements Content {
        @Override
        public MemorySegment bytes(long offset, long bytes) {
            int blocks = (int) (bytes / format.bytes());
            long first = offset / format.bytes() * format.elements();
            float[] floats = new float[blocks * format.elements()];
            decode(first, floats);
            if (format.elements() > 1) {
                checkFinite(first, floats);
            }
            byte[] encoded = new byte[(int) bytes];
            format.encode(floats, encoded, blocks);
            return MemorySegment.ofArray(encoded);
        }

        /// Elements from `first`: whole blocks of the format they come in, of which some may have to be left
        /// out.
        private void decode(long first, float[] to) {
            int size = tensor.format().elements();
            long firstBlock = first / size;
            int skipped = (int) (first - firstBlock * size);
            int blocks = Math.ceilDiv(skipped + to.length, size);
            float[] decoded = new float[blocks * size];
            byte[] bytes = tensor.blocks()
                    .asSlice(
                            firstBlock * tensor.format().bytes(),
                            (long) blocks * tensor.format().bytes())
                    .toArray(JAVA_BYTE);
            tensor.format().decode(bytes, decoded, blocks);
            System.arraycopy(decoded, skipped, to, 0, to.length);
        }

        private void checkFinite(long first, float[] floats) {
            for (int i = 0; i < floats.length; i++) {
                if (!Float.isFinite(floats[i])) {
                    throw new IllegalArgumentException("tensor " + name + " has " + floats[i] + " at element "
                            + (first + i) + ", which " + format.label() + " cannot hold; write it as F32 or mend it");
                }
            }
        }
    }
}
