package io.attend.checkpoint;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file as memory that is writable but private: pages load when touched, and a write changes this process's
/// copy of a page, never the file. (Native code that writes into a read-only page ends the process.)
///
/// [FileChannel] maps privately too, but only files that it may write, and weights are often read-only: in a
/// container image, a shared volume, a download cache. It also has the system set memory aside for all pages to
/// be written, which fails when the file is larger than memory. So `mmap` is called directly where there is
/// one.
public final class MappedFile {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private MappedFile() {}

    /// Maps all of `file` for as long as `arena` is open.
    ///
    /// @throws CheckpointException if it is missing or cannot be read
    public static MemorySegment map(Path file, Arena arena) {
        if (!Files.isRegularFile(file)) {
            String kind = Files.exists(file)
                    ? "is not a file"
                    : Files.isSymbolicLink(file) ? "is a broken link" : "no such file";
            throw new CheckpointException(file, kind);
        }
        if (!Files.isReadable(file)) {
            throw new CheckpointException(file, "cannot be read: permission denied");
        }
        return POSIX ? Libc.map(file, arena) : mapByChannel(file, arena);
    }

    /// Lets the system take back the memory of a part of a mapped file: whoever touches it again reads it from
    /// the file again, and what was written there is lost. Only whole pages are given back; where there is no
    /// `madvise`, none.
    public static void release(MemorySegment part) {
        if (POSIX && part.isNative() && part.byteSize() > 0) {
            Libc.advise(part, Libc.MADV_DONTNEED);
        }
    }

    /// Asks the system to read a part of a mapped file now, from its beginning to its end: it will be copied in
    /// another order, and pages read in that order come slowly from a disk.
    public static void prefetch(MemorySegment part) {
        if (POSIX && part.isNative() && part.byteSize() > 0) {
            Libc.advise(part, Libc.MADV_WILLNEED);
        }
    }

    static MemorySegment mapByChannel(Path file, Arena arena) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.PRIVATE, 0, channel.size(), arena);
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    /// The C library, with the signatures and values of 64-bit Linux and macOS.
    @SuppressWarnings("restricted")
    private static final class Libc {
        private static final int O_RDONLY = 0;
        private static final int SEEK_END = 2;
        private static final int PROT_READ_WRITE = 1 | 2;
        private static final int MAP_PRIVATE = 2;
        private static final int MAP_NORESERVE = System.getProperty("os.name").startsWith("Mac") ? 0x40 : 0x4000;
        private static final long MAP_FAILED = -1;

        private static final MethodHandle OPEN =
                function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));
        private static final MethodHandle LSEEK =
                function("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
        private static final MethodHandle MMAP = function(
                "mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
        private static final MethodHandle MUNMAP =
                function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
        private static final MethodHandle MADVISE =
                function("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        private static final int MADV_WILLNEED = 3;
        private static final int MADV_DONTNEED = 4;
        private static final long PAGE = 64 << 10; // the largest page in use, and a multiple of the others
        private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

        private Libc() {}

        static MemorySegment map(Path file, Arena arena) {
            try (Arena scratch = Arena.ofConfined()) {
                Charset encoding = Charset.forName(System.getProperty("sun.jnu.encoding")); // as Path itself does
                MemorySegment path = scratch.allocateFrom(file.toAbsolutePath().toString(), encoding);
                int descriptor = (int) OPEN.invokeExact(path, O_RDONLY);
                if (descriptor < 0) {
                    throw new CheckpointException(file, "cannot be opened for reading");
                }
                try {
                    return map(file, descriptor, arena);
                } finally {
                    int _ = (int) CLOSE.invokeExact(descriptor);
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }

        private static MemorySegment map(Path file, int descriptor, Arena arena) throws Throwable {
            long bytes = (long) LSEEK.invokeExact(descriptor, 0L, SEEK_END);
            if (bytes == 0) {
                return arena.allocate(0);
            }
            MemorySegment start = (MemorySegment) MMAP.invokeExact(
                    MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0L);
            if (start.address() == MAP_FAILED) {
                throw new CheckpointException(file, "the system refused to map its " + bytes + " bytes into memory");
            }
            return start.reinterpret(bytes, arena, Libc::unmap);
        }

        static void advise(MemorySegment part, int advice) {
            long start = Math.ceilDiv(part.address(), PAGE) * PAGE;
            long end = (part.address() + part.byteSize()) / PAGE * PAGE;
            if (end <= start) {
                return;
            }
            try {
                int _ = (int) MADVISE.invokeExact(MemorySegment.ofAddress(start), end - start, advice);
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }

        private static void unmap(MemorySegment segment) {
            try {
                int _ = (int) MUNMAP.invokeExact(segment, segment.byteSize());
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }

        private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
        }
    }
}
