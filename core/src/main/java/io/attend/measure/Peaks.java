package io.attend.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Memory at the peak of a pass, measured in a process for each mixer.
final class Peaks {
    private Peaks() {}

    /// @param forward bytes of a forward pass
    /// @param training bytes of a forward and a backward pass
    record Peak(long forward, long training) {}

    /// Whether the operating system tells.
    static boolean areKnown() {
        return Files.exists(PeakProgram.STATUS);
    }

    /// By length, as far as it came.
    ///
    /// @throws IllegalStateException with the process's last words if it did not come to its end
    static Map<Long, Peak> of(String mixer, Bench bench, List<Long> lengths) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xms64m",
                "-Xmx64m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                PeakProgram.class.getName(),
                mixer,
                String.valueOf(bench.width()),
                String.valueOf(bench.heads())));
        lengths.forEach(length -> command.add(length.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("MALLOC_MMAP_THRESHOLD_", "100000"); // so that what is freed leaves the process
        try {
            Process process = builder.start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(
                        mixer + ": measuring its memory failed (exit " + process.exitValue() + "): "
                                + printed.lines()
                                        .filter(line -> !line.matches("[\\d ]+"))
                                        .findFirst()
                                        .orElse(""));
            }
            Map<Long, Peak> peaks = new TreeMap<>();
            printed.lines().filter(line -> line.matches("\\d+ -?\\d+ -?\\d+")).forEach(line -> {
                String[] numbers = line.split(" ");
                peaks.put(Long.parseLong(numbers[0]), new Peak(Long.parseLong(numbers[1]), Long.parseLong(numbers[2])));
            });
            return peaks;
        } catch (IOException e) {
            throw new UncheckedIOException(mixer + ": measuring its memory failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(mixer + ": measuring its memory was interrupted", e);
        }
    }
}
