package io.attend.checkpoint;

import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes a safetensors file, one tensor after the other, [atomically][Atomic].
///
/// Order: wider elements come first and, among elements of one width, tensors stay in the order given; so every
/// tensor begins at a multiple of its element's size. (The reference, too, puts wider elements first.) Metadata
/// is sorted by key. The same content is always the same bytes.
public final class SafetensorsWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private SafetensorsWriter() {}

    /// A tensor to write. Its bytes, row-major and little-endian, are asked for when their turn comes and are
    /// done with before the next tensor's are asked for.
    public record Item(String name, DType dtype, Shape shape, Supplier<MemorySegment> data) {
        /// @throws IllegalArgumentException if no file can hold such a tensor
        public Item {
            if (name.equals(Header.METADATA) || shape.rank() > Header.MAXIMUM_RANK) {
                throw new IllegalArgumentException(name + " " + shape + " cannot be a tensor of a safetensors file: "
                        + Header.METADATA + " is reserved and shapes have at most " + Header.MAXIMUM_RANK + " axes");
            }
            if (shape.count() > Long.MAX_VALUE / dtype.bytes()) {
                throw new IllegalArgumentException("tensor " + name + " " + shape + " has too many bytes");
            }
        }

        /// A tensor whose bytes are at hand.
        ///
        /// @throws IllegalArgumentException if `data` is not as long as type and shape say
        public static Item of(String name, DType dtype, Shape shape, MemorySegment data) {
            Item item = new Item(name, dtype, shape, () -> data);
            item.checked();
            return item;
        }

        /// How many bytes type and shape make.
        public long bytes() {
            return shape.count() * dtype.bytes();
        }

        private MemorySegment checked() {
            MemorySegment bytes = data.get();
            if (bytes.byteSize() != bytes()) {
                throw new IllegalArgumentException("tensor " + name + " is given " + bytes.byteSize() + " bytes but "
                        + dtype.code() + " " + shape + " is " + bytes());
            }
            return bytes;
        }
    }

    /// Writes `items` and `metadata` to `target`, in place of the file there if there is one.
    ///
    /// @throws IllegalArgumentException if two items have one name, or an item's bytes are not as many as its
    ///     shape says; the file at `target` is then as it was
    /// @throws CheckpointException if the file cannot be written
    public static void write(Path target, Map<String, String> metadata, List<Item> items) {
        List<Item> ordered = new ArrayList<>(items);
        ordered.sort(
                Comparator.comparingInt((Item item) -> item.dtype().bytes()).reversed());
        byte[] head = head(metadata, ordered);
        Atomic.file(target, channel -> {
            Atomic.writeFully(channel, MemorySegment.ofArray(head));
            for (Item item : ordered) {
                Atomic.writeFully(channel, item.checked());
            }
        });
    }

    /// The header and its length, padded with spaces so that the tensors begin at a multiple of 8 bytes.
    private static byte[] head(Map<String, String> metadata, List<Item> items) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[Long.BYTES]);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectPropertyStart(Header.METADATA);
                new TreeMap<>(metadata).forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            Set<String> names = new HashSet<>();
            long offset = 0;
            for (Item item : items) {
                if (!names.add(item.name())) {
                    throw new IllegalArgumentException("two tensors are called " + item.name() + "; rename one");
                }
                long end = Math.addExact(offset, item.bytes());
                json.writeObjectPropertyStart(item.name());
                json.writeStringProperty("dtype", item.dtype().code());
                json.writeName("shape");
                json.writeArray(item.shape().toArray(), 0, item.shape().rank());
                json.writeName("data_offsets");
                json.writeArray(new long[] {offset, end}, 0, 2);
                json.writeEndObject();
                offset = end;
            }
            json.writeEndObject();
        }
        while (bytes.size() % Long.BYTES != 0) {
            bytes.write(' ');
        }
        if (bytes.size() - Long.BYTES > Header.MAXIMUM_LENGTH) {
            throw new IllegalArgumentException("names and metadata of " + items.size() + " tensors make a header of "
                    + (bytes.size() - Long.BYTES) + " bytes; at most " + Header.MAXIMUM_LENGTH + " can be read again");
        }
        byte[] head = bytes.toByteArray();
        MemorySegment.ofArray(head).set(Header.LENGTH, 0, head.length - Long.BYTES);
        return head;
    }
}
