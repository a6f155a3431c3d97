package io.attend.bench.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Memory of this process by Linux's own account, in MB.
final class Resident {
    private Resident() {}

    /// In memory now, the Java heap collected.
    static long now() throws IOException {
        System.gc();
        return line("VmRSS:");
    }

    /// The most there was since [#forgetPeak].
    static long peak() throws IOException {
        return line("VmHWM:");
    }

    static void forgetPeak() throws IOException {
        System.gc();
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    }

    private static long line(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
