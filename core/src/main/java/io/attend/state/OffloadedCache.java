package io.attend.state;

import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import io.attend.value.Default;
import io.attend.value.Source;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Keys and values in mapped files, which the system writes out when memory is wanted for something else and
/// reads again when attention comes by: a text may be longer than memory has room for, as fast as the disk is.
///
///     2 · K · D numbers a token and layer, on disk
///
/// Room doubles when it is full. The files have no name once they are mapped, and are gone with the session or
/// the process. Only of use on the processor.
///
/// @param folder where the files are made; where it is empty, the system's folder for such
@Source(
        paper = "FlexGen: High-Throughput Generative Inference of Large Language Models with a Single GPU",
        arxiv = "2303.06865")
public record OffloadedCache(@Default("\"\"") String folder) implements Cache {
    public static final OffloadedCache EXAMPLE = new OffloadedCache("");

    @Override
    public Room room() {
        return new TensorRoom(this::mapped, GrowingCache::doubled);
    }

    private Tensor mapped(Shape shape, DType dtype, Device device) {
        if (!device.equals(Device.CPU)) {
            throw new TensorException(
                    "an OffloadedCache keeps what the processor uses, and this model is on " + device
                            + "; use a GrowingCache");
        }
        long bytes = shape.count() * dtype.bytes();
        try {
            Path in = folder.isEmpty() ? Path.of(System.getProperty("java.io.tmpdir")) : Path.of(folder);
            long free = Files.getFileStore(in).getUsableSpace();
            if (free < bytes) {
                throw new TensorException("the cache needs " + bytes + " bytes in " + in + ", which has "
                        + free + " left; name a folder on another disk");
            }
            Path file = Files.createTempFile(in, "attend", ".cache");
            try {
                Arena arena = Arena.ofShared(); // closed by the engine's last tensor over it
                return Tensor.over(map(file, bytes, arena), arena, dtype, shape);
            } finally {
                if (!Files.deleteIfExists(file)) {
                    file.toFile().deleteOnExit();
                }
            }
        } catch (IOException e) {
            throw new TensorException("the cache cannot be kept in \"" + folder + "\": " + e, e);
        } catch (InvalidPathException e) {
            throw new TensorException("the cache's folder is no path: " + e.getMessage(), e);
        }
    }

    private static MemorySegment map(Path file, long bytes, Arena arena) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.READ_WRITE, 0, bytes, arena);
        } catch (IOException e) {
            arena.close();
            throw e;
        }
    }
}
