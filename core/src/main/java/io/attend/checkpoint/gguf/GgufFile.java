package io.attend.checkpoint.gguf;

import static io.attend.checkpoint.CheckpointException.brief;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.MappedFile;
import io.attend.tensor.Shape;
import io.attend.tokenizer.format.Bounded;
import io.attend.tokenizer.format.GgufHead;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/// One GGUF file, version 2 or 3, mapped into memory: named values and named tensors.
///
/// Opening reads and checks the head and the table of tensors; a tensor's bytes come from disk when they are
/// first touched. What [io.attend.checkpoint.Safetensors] says of its mapping holds here.
///
/// The file lists a tensor's sizes innermost first; shapes here are row-major, outermost first, as everywhere
/// else.
public final class GgufFile {
    private final Path file;
    private final MemorySegment content;
    private final GgufHead head;
    private final Map<String, Entry> entries;

    private GgufFile(Path file, MemorySegment content) {
        this.file = file;
        this.content = content;
        Bounded bytes = new Bounded(content, fault -> CheckpointException.damaged(file, fault));
        this.head = GgufHead.read(bytes);
        this.entries = TensorTable.read(file, head, bytes, content.byteSize());
    }

    /// A tensor's place: `bytes` bytes from `offset`, which counts from the start of the file.
    public record Entry(String name, BlockFormat format, Shape shape, long offset, long bytes) {}

    /// @throws CheckpointException if the file is missing, damaged or holds a format [BlockFormat] does
    ///     not have
    @SuppressWarnings("MustBeClosedChecker") // what is returned closes the arena
    public static GgufFile open(Path file) {
        return read(file, MappedFile.map(file, Arena.ofAuto()));
    }

    /// @param content all bytes of the file
    static GgufFile read(Path file, MemorySegment content) {
        return new GgufFile(file, content);
    }

    public Path path() {
        return file;
    }

    /// The named values.
    public GgufHead head() {
        return head;
    }

    /// The tensors by name, in the order of their bytes in the file.
    public Map<String, Entry> entries() {
        return entries;
    }

    /// A tensor, its blocks not copied.
    ///
    /// @throws CheckpointException if the file has no tensor of that name
    public Quantized tensor(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw CheckpointException.unknownTensor(file, brief(name), entries.keySet());
        }
        return new Quantized(entry.format(), entry.shape(), content.asSlice(entry.offset(), entry.bytes()));
    }
}
