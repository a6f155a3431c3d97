package io.attend.checkpoint;

import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/// One safetensors file, mapped into memory: named tensors as raw bytes, and a map of strings.
///
/// Opening reads and checks the header; a tensor's bytes come from disk when they are first touched. The mapping is
/// private: writing into [#data] changes this process's memory, never the file.
///
/// [#close] unmaps the file. From then on Java refuses the segments; native code that kept an address would end the
/// process, as would cutting the file short while it is open. Replace a file by renaming, as [SafetensorsWriter]
/// does.
public final class Safetensors implements AutoCloseable {
    private final Path file;
    private final Arena arena;
    private final MemorySegment content;
    private final Map<String, Entry> entries;
    private final Map<String, String> metadata;

    private Safetensors(Path file, Arena arena) {
        this.file = file;
        this.arena = arena;
        this.content = MappedFile.map(file, arena);
        Header header = Header.read(file, content);
        this.entries = header.entries();
        this.metadata = header.metadata();
    }

    /// A tensor's place: `bytes` bytes from `offset`, which counts from the start of the file and need not be a
    /// multiple of the element's size.
    public record Entry(String name, DType dtype, Shape shape, long offset, long bytes) {}

    /// @throws CheckpointException if the file is missing, damaged or holds an element type [DType] does not have
    @SuppressWarnings("MustBeClosedChecker") // what is returned closes the arena
    public static Safetensors open(Path file) {
        Arena arena = Arena.ofShared();
        try {
            return new Safetensors(file, arena);
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    /// By name, in the order of their bytes in the file.
    public Map<String, Entry> entries() {
        return entries;
    }

    /// The bytes of a tensor, row-major and little-endian, not copied; usable until [#close].
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

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
