package io.attend.checkpoint;

import static io.attend.checkpoint.CheckpointException.brief;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.attend.checkpoint.Safetensors.Entry;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The head of a safetensors file, read and checked against the file's length:
///
///     8 bytes    N, the length of the header, little-endian
///     N bytes    {"__metadata__": {"k": "v"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0,
///     24]},
/// ...}
///     the rest   the tensors, row-major and little-endian; the offsets cover it without overlap, hole or
/// remainder
///
/// Memory: in proportion to N, which is checked before anything is allocated.
final class Header {
    static final String METADATA = "__metadata__";

    /// The longest header, in bytes, that the reference implementation reads.
    static final int MAXIMUM_LENGTH = 100_000_000;

    static final int MAXIMUM_RANK = 64;
    static final ValueLayout.OfLong LENGTH = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final List<String> FIELDS = List.of("data_offsets", "dtype", "shape");
    private static final MemorySegment LARGE_FILE_POINTER =
            MemorySegment.ofArray("version https://git-lfs".getBytes(StandardCharsets.US_ASCII));

    private final Path file;
    private final long start;
    private final long end;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    private Header(Path file, long start, long end) {
        this.file = file;
        this.start = start;
        this.end = end;
    }

    /// @param content all bytes of the file
    static Header read(Path file, MemorySegment content) {
        long length = length(file, content);
        byte[] json = content.asSlice(Long.BYTES, length).toArray(JAVA_BYTE);
        Header header = new Header(file, Long.BYTES + length, content.byteSize());
        StrictJson.read(file, "the header", json, header::member);
        header.checkCover();
        return header;
    }

    Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /// By name, in the order of their bytes.
    Map<String, Entry> entries() {
        Map<String, Entry> byName = new LinkedHashMap<>();
        entries.forEach(entry -> byName.put(entry.name(), entry));
        return Collections.unmodifiableMap(byName);
    }

    private static long length(Path file, MemorySegment content) {
        long bytes = content.byteSize();
        if (LARGE_FILE_POINTER.mismatch(content) == LARGE_FILE_POINTER.byteSize()) {
            throw new CheckpointException(file, "is a Git LFS pointer, not the weights: fetch them with git lfs pull");
        }
        if (bytes <= Long.BYTES) {
            throw CheckpointException.damaged(
                    file, "has " + bytes + " bytes, too few for a header after the 8 of its length");
        }
        long length = content.get(LENGTH, 0);
        if (length < 0 || length > Math.min(MAXIMUM_LENGTH, bytes - Long.BYTES)) {
            String claim = "the header at byte 8 claims " + Long.toUnsignedString(length) + " bytes, but the file has ";
            throw CheckpointException.damaged(file, claim + bytes + " and a header at most " + MAXIMUM_LENGTH);
        }
        if (length == 0 || content.get(JAVA_BYTE, Long.BYTES) != '{') {
            throw CheckpointException.damaged(
                    file, "the header of " + length + " bytes does not begin with { at byte 8");
        }
        return length;
    }

    private void member(StrictJson json, String name) {
        if (name.equals(METADATA)) {
            json.object(METADATA, (text, key) -> metadata.put(key, text.string(METADATA + " " + brief(key))));
        } else {
            entries.add(entry(json, name));
        }
    }

    private Entry entry(StrictJson json, String name) {
        String tensor = "tensor " + brief(name);
        Set<String> missing = new TreeSet<>(FIELDS);
        Fields fields = new Fields();
        json.object(tensor, (value, key) -> {
            String what = tensor + " " + brief(key);
            switch (key) {
                case "dtype" -> fields.dtype = value.string(what);
                case "shape" -> fields.shape = value.counts(what, MAXIMUM_RANK);
                case "data_offsets" -> fields.offsets = value.counts(what, 2);
                default -> throw damaged(what + " is unknown; known: " + String.join(", ", FIELDS));
            }
            missing.remove(key);
        });
        if (!missing.isEmpty()) {
            throw damaged(tensor + " has no " + String.join(", no ", missing));
        }
        if (fields.offsets.length != 2 || fields.offsets[0] > fields.offsets[1]) {
            throw damaged(tensor + " data_offsets " + Arrays.toString(fields.offsets) + " are not a begin and an end");
        }
        return entry(name, dtype(tensor, fields.dtype), shape(tensor, fields.shape), fields.offsets);
    }

    private Entry entry(String name, DType dtype, Shape shape, long[] offsets) {
        String tensor = "tensor " + brief(name);
        long bytes = offsets[1] - offsets[0];
        if (bytes % dtype.bytes() != 0 || bytes / dtype.bytes() != shape.count()) {
            throw damaged(tensor + " has " + bytes + " bytes in data_offsets " + Arrays.toString(offsets) + " but is "
                    + dtype.code() + " " + shape + ", " + shape.count() + " elements of " + dtype.bytes());
        }
        if (offsets[1] > end - start) {
            String last = Long.toUnsignedString(start + offsets[1]);
            throw new CheckpointException(
                    file,
                    tensor + " ends at byte " + last + " but the file has " + end
                            + ": the file is truncated; download or save it again");
        }
        return new Entry(name, dtype, shape, start + offsets[0], bytes);
    }

    private DType dtype(String tensor, String code) {
        try {
            return DType.ofCode(code);
        } catch (IllegalArgumentException e) {
            String known = String.join(
                    ", ", Arrays.stream(DType.values()).map(DType::code).toList());
            throw new CheckpointException(
                    file,
                    tensor + " has element type " + brief(code) + ", which is not known; known: " + known
                            + "; save it again as one of these",
                    e);
        }
    }

    private Shape shape(String tensor, long[] sizes) {
        try {
            return Shape.of(sizes);
        } catch (IllegalArgumentException e) {
            throw damaged(tensor + ": " + e.getMessage());
        }
    }

    /// Sorts the entries by their bytes, which must touch from the header's end to the file's.
    private void checkCover() {
        entries.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes));
        String last = "the header";
        long covered = start;
        for (Entry entry : entries) {
            String tensor = "tensor " + brief(entry.name());
            if (entry.offset() != covered) {
                String fault = entry.offset() < covered ? ": they overlap" : ": the bytes between belong to no tensor";
                throw damaged(tensor + " begins at byte " + entry.offset() + " but " + last + " ends at byte " + covered
                        + fault);
            }
            last = tensor;
            covered += entry.bytes();
        }
        if (covered != end) {
            throw damaged(last + " ends at byte " + covered + " but the file has " + end
                    + ": the bytes after it belong to no tensor");
        }
    }

    private CheckpointException damaged(String message) {
        return CheckpointException.damaged(file, message);
    }

    /// What the header says of one tensor, in whatever order it says it.
    private static final class Fields {
        private String dtype = "";
        private long[] shape = {};
        private long[] offsets = {};
    }
}
