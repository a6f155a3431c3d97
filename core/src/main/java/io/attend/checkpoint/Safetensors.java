package io.attend.checkpoint;

import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/// One safetensors file, mapped into memory: named tensors as raw bytes, and a map of strings.
///
/// Opening reads and checks the header; a tensor's bytes come from disk when they are first touched. The
/// mapping is private: writing into [#data] changes this process's memory, never the file.
///
/// The file stays mapped for as long as anything holds a segment of it, tensors included ([Tensor#over]), and
/// is unmapped by the garbage collector: there is nothing to close, and no way to pull memory from under native
/// code but cutting the file short. Replace a file by renaming, as [SafetensorsWriter] does.
public final class Safetensors {
    private final Path file;
    private final MemorySegment content;
    private final Map<String, Entry> entries;
    private final Map<String, String> metadata;

    private Safetensors(Path file) {
        this.file = file;
        this.content = MappedFile.map(file, Arena.ofAuto());
        Header header = Header.read(file, content);
        this.entries = header.entries();
        this.metadata = header.metadata();
    }

    /// A tensor's place: `bytes` bytes from `offset`, which counts from the start of the file and need not be a
    /// multiple of the element's size.
    public record Entry(String name, DType dtype, Shape shape, long offset, long bytes) {}

    /// @throws CheckpointException if the file is missing, damaged or holds an element type [DType] does not
    ///     have
    @SuppressWarnings("MustBeClosedChecker") // what is returned closes the arena
    public static Safetensors open(Path file) {
        return new Safetensors(file);
    }

    /// By name, in the order of their bytes in the file.
    public Map<String, Entry> entries() {
        return entries;
    }

    /// The bytes of a tensor, row-major and little-endian, not copied.
    ///
    /// @throws CheckpointException if the file has no tensor of that name
    public MemorySegment data(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw CheckpointException.unknownTensor(file, name, entries.keySet());
        }
        return content.asSlice(entry.offset(), entry.bytes());
    }

    /// The file's own notes: `format`, say, or whatever its writer put there.
    public Map<String, String> metadata() {
        return metadata;
    }
}
