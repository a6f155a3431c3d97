package io.attend.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Files and folders that appear whole or not at all, even if the writer is killed or the machine loses power:
/// written beside their place as `.NAME.RANDOM.partial`, forced to disk, then renamed.
///
/// When writing fails, what stood there before is untouched and nothing is left behind. A killed writer leaves
/// its `.partial`, which [#sweep] removes.
public final class Atomic {
    private static final Pattern PARTIAL = Pattern.compile("\\..+\\.[0-9a-f]{16}\\.partial");
    private static final int CHUNK = 8 << 20; // the JDK copies heap memory to a buffer of this size on its way out

    private Atomic() {}

    /// Fills what will then be renamed into its place.
    @FunctionalInterface
    public interface Body<T> {
        void write(T target) throws IOException;
    }

    /// Writes a text in UTF-8, in place of the file `target` if there is one.
    ///
    /// @throws CheckpointException if it cannot be written
    public static void text(Path target, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        file(target, channel -> writeFully(channel, MemorySegment.ofArray(bytes)));
    }

    /// Writes a file, in place of the file `target` if there is one.
    ///
    /// @throws CheckpointException if it cannot be written
    public static void file(Path target, Body<FileChannel> body) {
        publish(target, partial -> {
            try (FileChannel channel =
                    FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                body.write(channel);
                channel.force(true);
            }
        });
    }

    /// Writes a folder, given to `body` empty. There must be nothing at `target`: no file system replaces a
    /// folder in one step.
    ///
    /// @throws CheckpointException if it cannot be written or exists already
    public static void folder(Path target, Body<Path> body) {
        publish(target, partial -> {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Files.createDirectory(partial);
            body.write(partial);
            forceTree(partial);
        });
    }

    /// Deletes a file, or a folder and all it holds: it disappears whole.
    ///
    /// @throws CheckpointException if it cannot be deleted
    public static void delete(Path target) {
        Path partial = partial(target);
        try {
            Files.move(target, partial, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(partial);
        } catch (IOException e) {
            throw CheckpointException.undeletable(target, e);
        }
    }

    /// Deletes what killed writers left in `folder`, where nobody may be writing.
    ///
    /// @throws CheckpointException if it cannot be deleted
    public static void sweep(Path folder) {
        try {
            for (Path child : children(folder)) {
                if (isPartial(child)) {
                    deleteTree(child);
                }
            }
        } catch (IOException e) {
            throw CheckpointException.undeletable(folder, e);
        }
    }

    static boolean isPartial(Path path) {
        return PARTIAL.matcher(path.getFileName().toString()).matches();
    }

    /// What is in a folder, by name.
    static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// Writes all of `bytes`.
    public static void writeFully(FileChannel channel, MemorySegment bytes) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            ByteBuffer chunk =
                    bytes.asSlice(at, Math.min(CHUNK, bytes.byteSize() - at)).asByteBuffer();
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        }
    }

    private static void publish(Path target, Body<Path> body) {
        Path partial = partial(target);
        try {
            if (!Files.isDirectory(partial.getParent())) {
                throw new NoSuchFileException(partial.getParent().toString());
            }
            try {
                body.write(partial);
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (Throwable e) {
                deleteAfter(partial, e);
                throw e;
            }
            forceFolder(partial.getParent());
        } catch (IOException e) {
            throw CheckpointException.unwritable(target, e);
        }
    }

    private static void deleteAfter(Path partial, Throwable failure) {
        try {
            deleteTree(partial);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static Path partial(Path target) {
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        Path absolute = target.toAbsolutePath();
        return absolute.resolveSibling("." + absolute.getFileName() + "." + random + ".partial");
    }

    private static void forceTree(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                forceFolder(folder);
                return super.postVisitDirectory(folder, e);
            }
        });
    }

    /// Makes the names in a folder durable. Windows has no such call.
    private static void forceFolder(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void deleteTree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                Files.delete(folder);
                return super.postVisitDirectory(folder, e);
            }
        });
    }
}
