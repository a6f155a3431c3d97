package io.attend.checkpoint.gguf;

import static io.attend.checkpoint.CheckpointException.brief;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.gguf.GgufFile.Entry;
import io.attend.tensor.Shape;
import io.attend.tokenizer.format.Bounded;
import io.attend.tokenizer.format.GgufHead;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The table of a GGUF file's tensors, which follows its head, checked against the file's length:
///
///     of each   name, count of sizes, sizes (innermost first), format, offset from the start of the data
///     padding   to the alignment
///     data      the tensors, each at a multiple of the alignment; nothing between them but padding
///
/// Memory: in proportion to the table.
final class TensorTable {
    static final String ALIGNMENT_KEY = "general.alignment";
    static final int ALIGNMENT = 32;
    static final int MAXIMUM_RANK = 4;

    private static final int SMALLEST_ENTRY = 8 + 1 + 4 + 4 + 8;
    private static final int MOST_TENSORS = 1 << 20;
    private static final int LONGEST_NAME = 1 << 10;
    private static final long LARGEST_ALIGNMENT = 1 << 20;

    private final Path file;
    private final Bounded bytes;
    private final long end;
    private final List<Entry> entries = new ArrayList<>();

    private TensorTable(Path file, Bounded bytes, long end) {
        this.file = file;
        this.bytes = bytes;
        this.end = end;
    }

    /// @param bytes stands behind the head
    /// @param end the file's length
    /// @return the tensors by name, in the order of their bytes
    static Map<String, Entry> read(Path file, GgufHead head, Bounded bytes, long end) {
        TensorTable table = new TensorTable(file, bytes, end);
        long alignment = table.alignment(head);
        table.readEntries(head.tensors());
        if (table.entries.isEmpty()) {
            return Map.of();
        }
        table.place(bytes.position() + padding(bytes.position(), alignment), alignment);
        Map<String, Entry> byName = new LinkedHashMap<>();
        table.entries.forEach(entry -> byName.put(entry.name(), entry));
        return Collections.unmodifiableMap(byName);
    }

    /// How many bytes lie between `position` and the next multiple of `alignment`.
    static long padding(long position, long alignment) {
        return Math.floorMod(-position, alignment);
    }

    private long alignment(GgufHead head) {
        try {
            long alignment = head.integer(ALIGNMENT_KEY).orElse(ALIGNMENT);
            if (alignment < 1 || alignment > LARGEST_ALIGNMENT || Long.bitCount(alignment) != 1) {
                throw new IllegalArgumentException(
                        ALIGNMENT_KEY + " is " + alignment + "; it is a power of 2, at most " + LARGEST_ALIGNMENT);
            }
            return alignment;
        } catch (IllegalArgumentException e) {
            throw CheckpointException.damaged(file, e.getMessage());
        }
    }

    private void readEntries(long count) {
        if (count < 0 || count > Math.min(MOST_TENSORS, bytes.left() / SMALLEST_ENTRY)) {
            throw bytes.fail("the head claims " + Long.toUnsignedString(count) + " tensors; " + bytes.left()
                    + " bytes are left, " + MOST_TENSORS + " tensors are the most that are read");
        }
        Set<String> names = new HashSet<>();
        for (long i = 0; i < count; i++) {
            long length = bytes.i64();
            if (length < 1 || length > LONGEST_NAME) {
                throw bytes.fail("a name of " + Long.toUnsignedString(length) + " bytes; it has 1 to " + LONGEST_NAME);
            }
            String name = bytes.utf8(length);
            if (!names.add(name)) {
                throw bytes.fail("a second tensor " + brief(name));
            }
            entries.add(entry(name));
        }
    }

    /// The offset is from the start of the data, which is not known yet.
    private Entry entry(String name) {
        int rank = bytes.i32();
        if (rank < 0 || rank > MAXIMUM_RANK) {
            throw bytes.fail("tensor " + brief(name) + " has " + Integer.toUnsignedString(rank) + " axes; at most "
                    + MAXIMUM_RANK + " are known");
        }
        long[] sizes = new long[rank];
        for (int axis = rank - 1; axis >= 0; axis--) {
            sizes[axis] = bytes.i64();
        }
        Shape shape = shape(name, sizes);
        BlockFormat format = format(name, bytes.i32());
        long columns = rank == 0 ? 1 : sizes[rank - 1];
        if (columns % format.elements() != 0) {
            throw bytes.fail("tensor " + brief(name) + " " + shape + " has rows of " + columns
                    + ", which are not whole blocks of " + format.elements() + ", as " + format.label() + " has");
        }
        if (shape.count() / format.elements() > Long.MAX_VALUE / format.bytes()) {
            throw bytes.fail("tensor " + brief(name) + " " + shape + " has too many bytes");
        }
        return new Entry(name, format, shape, bytes.i64(), format.bytes(shape.count()));
    }

    private Shape shape(String name, long[] sizes) {
        try {
            return Shape.of(sizes);
        } catch (IllegalArgumentException e) {
            throw bytes.fail("tensor " + brief(name) + ": " + e.getMessage());
        }
    }

    private BlockFormat format(String name, int code) {
        BlockFormat format = BlockFormat.all().get(code);
        if (format == null) {
            String known = BlockFormat.all().values().stream()
                    .map(one -> one.code() + " (" + one.label() + ")")
                    .collect(Collectors.joining(", "));
            throw new CheckpointException(
                    file,
                    "at byte " + bytes.position() + ": tensor " + brief(name) + " has format "
                            + Integer.toUnsignedString(code) + ", which is not known; known: " + known
                            + "; quantise it again to one of these");
        }
        return format;
    }

    /// Sorts the entries by their bytes and puts them into the file, whose data begins at `start`.
    private void place(long start, long alignment) {
        entries.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes));
        String last = "the table of tensors";
        long covered = start;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            String tensor = "tensor " + brief(entry.name());
            if (entry.offset() < 0 || entry.offset() % alignment != 0) {
                throw damaged(tensor + " has offset " + Long.toUnsignedString(entry.offset())
                        + ", which is not a multiple of the alignment, " + alignment);
            }
            if (entry.offset() > end - start || entry.bytes() > end - start - entry.offset()) {
                throw new CheckpointException(
                        file,
                        tensor + " has " + entry.bytes() + " bytes from byte "
                                + Long.toUnsignedString(start + entry.offset()) + " but the file ends at " + end
                                + ": the file is truncated; download or save it again");
            }
            long offset = start + entry.offset();
            if (offset < covered) {
                throw damaged(tensor + " begins at byte " + offset + " but " + last + " ends at byte " + covered
                        + ": they overlap");
            }
            if (offset - covered >= alignment) {
                throw damaged(tensor + " begins at byte " + offset + " but " + last + " ends at byte " + covered
                        + ": the bytes between belong to no tensor");
            }
            entries.set(i, new Entry(entry.name(), entry.format(), entry.shape(), offset, entry.bytes()));
            last = tensor;
            covered = offset + entry.bytes();
        }
        if (end - covered >= alignment) {
            throw damaged(last + " ends at byte " + covered + " but the file has " + end
                    + ": the bytes after it belong to no tensor");
        }
    }

    private CheckpointException damaged(String message) {
        return CheckpointException.damaged(file, message);
    }
}
