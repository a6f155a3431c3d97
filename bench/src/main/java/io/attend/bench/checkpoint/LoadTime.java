package io.attend.bench.checkpoint;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.attend.architecture.Inputs;
import io.attend.checkpoint.MappedFile;
import io.attend.embedding.Tokens;
import io.attend.huggingface.Pretrained;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// How long a folder of Hugging Face's takes to load, and the most memory it takes, each way in a process of
/// its own and from a cold cache (the file's pages are given back before each).
///
///     bench/run io.attend.bench.checkpoint.LoadTime DIR...
///
/// - `read`: every byte of the weights through a channel, once; `touch`: one byte of every page, mapped
/// - `load`: a model ready to be asked; `load, touch`: and every page of its weights in memory
/// - `load, token`: and the scores behind one token
/// - `save`: loaded, and saved to a folder beside
///
/// Memory is `VmHWM`, mapped pages of the file among it, and `RssAnon` at the end: what could not be given
/// back.
public final class LoadTime {
    private static final List<String> WAYS = List.of("read", "touch", "load", "load, touch", "load, token", "save");
    private static final int PAGE = 4096;

    private static long own = -1;

    private LoadTime() {}

    public static void main(String[] arguments) throws Throwable {
        if (arguments.length == 2 && WAYS.contains(arguments[1])) {
            measure(Path.of(arguments[0]), arguments[1]);
            return;
        }
        for (String folder : arguments) {
            System.out.printf("%s%n%-12s %9s %9s %9s%n", folder, "", "seconds", "peak MB", "own MB");
            for (String way : WAYS) {
                for (Path file : weights(Path.of(folder))) {
                    evict(file);
                }
                List<String> command = new ArrayList<>(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadTime.class.getName(),
                        folder,
                        way));
                new ProcessBuilder(command).inheritIO().start().waitFor();
            }
        }
    }

    private static List<Path> weights(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }

    private static void measure(Path folder, String way) throws IOException {
        try (Lifetime _ = Lifetime.open()) {
            Tensor.zeros(io.attend.tensor.Shape.of(1), io.attend.tensor.DType.FLOAT32); // natives are loaded before
        }
        long start = System.nanoTime();
        switch (way) {
            case "read" -> read(folder);
            case "touch" -> {
                try (Arena arena = Arena.ofConfined()) {
                    for (Path file : weights(folder)) {
                        touch(MappedFile.map(file, arena));
                    }
                }
            }
            default -> load(folder, way);
        }
        System.out.printf(
                Locale.ROOT,
                "%-12s %9.2f %9d %9d%n",
                way,
                (System.nanoTime() - start) / 1e9,
                memory("VmHWM"),
                own < 0 ? memory("RssAnon") : own);
    }

    private static void read(Path folder) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(8 << 20);
        for (Path file : weights(folder)) {
            try (FileChannel channel = FileChannel.open(file)) {
                while (channel.read(buffer.clear()) >= 0) {}
            }
        }
    }

    private static void load(Path folder, String way) throws IOException {
        try (Pretrained pretrained = Pretrained.load(folder)) {
            switch (way) {
                case "load, touch" -> {
                    for (Parameter weight : pretrained.model().weights()) {
                        touch(weight.tensor().memory());
                    }
                }
                case "load, token" -> {
                    try (Lifetime _ = Lifetime.open();
                            NoGradient _ = NoGradient.open()) {
                        Tensor token = Tensor.of(new long[] {7}, 1, 1);
                        Inputs inputs =
                                Inputs.of(new Tokens(token, Optional.empty(), Optional.empty(), Optional.empty()));
                        pretrained.model().forward(inputs, Context.inference()).toFloats();
                    }
                }
                case "save" -> save(pretrained, folder.resolveSibling(folder.getFileName() + ".saved"));
                default -> {}
            }
            own = memory("RssAnon"); // while the model is there
        }
    }

    private static void save(Pretrained pretrained, Path copy) throws IOException {
        pretrained.save(copy);
        try (Stream<Path> files = Files.list(copy)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(copy);
    }

    private static void touch(MemorySegment memory) {
        long sum = 0;
        for (long at = 0; at < memory.byteSize(); at += PAGE) {
            sum += memory.get(JAVA_BYTE, at);
        }
        if (sum == Long.MIN_VALUE) {
            throw new IllegalStateException();
        }
    }

    private static long memory(String what) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(what + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1000)
                .findFirst()
                .orElse(0);
    }

    /// Has Linux forget what it keeps of a file.
    @SuppressWarnings("restricted") // three functions of the C library, with their own signatures
    private static void evict(Path file) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var open = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("open"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        var advise = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("posix_fadvise"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
        var close = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) open.invokeExact(arena.allocateFrom(file.toString()), 0);
            int failed = (int) advise.invokeExact(descriptor, 0L, 0L, 4); // POSIX_FADV_DONTNEED
            int _ = (int) close.invokeExact(descriptor);
            if (failed != 0) {
                throw new IOException(file + " stays in the cache: error " + failed);
            }
        }
    }
}
