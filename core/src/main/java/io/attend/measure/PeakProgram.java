package io.attend.measure;

import io.attend.architecture.Sublayer;
import io.attend.tensor.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// A process of its own, whose allocator gives back what is freed, that prints what a mixer takes at its peak
/// beyond what was there before: for each length its bytes forward, and forward and backward. Arguments: the
/// mixer, width, heads, then lengths.
///
/// The peak is what Linux remembers of the resident set (`VmHWM`), which is put back to the present (`VmRSS`)
/// before by writing 5 to `clear_refs`.
public final class PeakProgram {
    static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final long SHORT = 64;

    private PeakProgram() {}

    public static void main(String... arguments) throws IOException {
        Threads.use(1);
        Sublayer mixer = Objects.requireNonNull(Mixers.examples().get(arguments[0]));
        Bench bench = new Bench(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        try (Bench.Pass pass = bench.pass(mixer, SHORT)) { // code and buffers
            pass.forward();
            pass.training();
        }
        for (int i = 3; i < arguments.length; i++) {
            long length = Long.parseLong(arguments[i]);
            try (Bench.Pass pass = bench.pass(mixer, length)) {
                System.out.println(length + " " + peak(pass::forward) + " " + peak(pass::training));
            }
        }
    }

    private static long peak(Runnable work) throws IOException {
        Files.writeString(CLEAR, "5");
        long before = read("VmRSS:");
        work.run();
        return read("VmHWM:") - before;
    }

    private static long read(String name) throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
