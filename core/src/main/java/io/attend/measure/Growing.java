package io.attend.measure;

import com.sun.management.OperatingSystemMXBean;
import io.attend.architecture.Sublayer;
import io.attend.tensor.Threads;
import io.attend.training.report.Progress;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/// Measures how time and memory of ways to mix positions grow with the length: all of them in turns at one
/// length after the other, so that what disturbs the machine disturbs all; of each the median, in processor
/// seconds if there is one thread. What the machine has no memory for by the layers' own count, or would wait
/// for too long, is left out with its reason.
///
/// @param lengths T, shortest first
/// @param threads of the engine
/// @param memory bytes a pass may take
/// @param patience seconds that passes forward and backward at one length may take
public record Growing(Bench bench, List<Long> lengths, int threads, double memory, double patience) {
    private static final int LEAST = 3;
    private static final int MOST = 25;

    /// Seconds of passes after which no more are needed.
    private static final double ENOUGH = 0.5;

    public Growing {
        lengths = lengths.stream().distinct().sorted().toList();
        if (lengths.isEmpty() || lengths.getFirst() < 1) {
            throw new IllegalArgumentException("lengths must be at least 1, not " + lengths);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        if (!(memory > 0)) {
            throw new IllegalArgumentException("a pass needs memory, not " + memory + " bytes");
        }
        if (!(patience > 0)) {
            throw new IllegalArgumentException("patience must be above 0 seconds, not " + patience);
        }
    }

    /// What was not measured and why.
    public record Left(String mixer, long length, String reason) {}

    /// @param measured by mixer, in the order they were given
    /// @param left out
    public record Outcome(List<Measured> measured, List<Left> left) {}

    /// @param mixers by name
    /// @param command that asks, for the record
    /// @param date for the record
    public Outcome of(Map<String, Sublayer> mixers, String command, String date, Progress progress) {
        Threads.use(threads);
        String machine = machine();
        List<Left> left = new ArrayList<>();
        Map<String, List<Figure>> figures = new LinkedHashMap<>();
        mixers.keySet().forEach(name -> figures.put(name, new ArrayList<>()));
        progress.begin(lengths.size() + 1L);
        for (int i = 0; i < lengths.size(); i++) {
            progress.step(i, lengths.get(i) + " tokens");
            time(mixers, lengths.get(i), figures, left);
        }
        progress.step(lengths.size(), "memory");
        List<Measured> measured = new ArrayList<>();
        figures.forEach((name, timed) -> measured.add(new Measured(
                name,
                bench.width(),
                bench.heads(),
                threads,
                machine,
                date,
                command,
                Peaks.areKnown() ? withPeaks(name, timed, left) : timed)));
        progress.step(lengths.size() + 1L, "done");
        return new Outcome(measured, left);
    }

    private void time(Map<String, Sublayer> mixers, long length, Map<String, List<Figure>> figures, List<Left> left) {
        Map<String, Timed> timed = new LinkedHashMap<>();
        try {
            mixers.forEach((name, mixer) -> {
                List<Figure> known = Objects.requireNonNull(figures.get(name));
                String reason = reason(name, mixer, length, known);
                if (reason.isEmpty()) {
                    timed.put(name, new Timed(bench.pass(mixer, length), threads == 1));
                } else if (left.stream().noneMatch(one -> one.mixer.equals(name))) { // longer ones as well
                    left.add(new Left(name, length, reason));
                }
            });
            for (int round = 0; round < MOST; round++) {
                timed.values().forEach(one -> one.time(patience));
            }
            timed.forEach((name, one) -> Objects.requireNonNull(figures.get(name))
                    .add(new Figure(
                            length,
                            median(one.forward),
                            median(one.training),
                            OptionalDouble.empty(),
                            OptionalDouble.empty())));
        } finally {
            timed.values().forEach(Timed::close);
        }
    }

    /// Why a mixer cannot be measured at a length; empty if it can.
    private String reason(String name, Sublayer mixer, long length, List<Figure> known) {
        double bytes;
        try {
            bytes = bench.predictedBytes(mixer, length);
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Objects.requireNonNullElse(e.getMessage(), name + " takes no text so long");
        }
        if (bytes > memory) {
            return String.format(
                    Locale.ROOT, "takes about %.1f GB, and %.1f GB may be used", bytes / 1e9, memory / 1e9);
        }
        if (!known.isEmpty()) {
            Figure last = known.getLast();
            double seconds = (last.forward() + last.training())
                    * Math.pow(
                            (double) length / last.length(),
                            mixer.growth().time().power());
            if (seconds > patience) {
                return String.format(Locale.ROOT, "takes about %.0f s, and patience ends at %.0f s", seconds, patience);
            }
        }
        return "";
    }

    private List<Figure> withPeaks(String name, List<Figure> timed, List<Left> left) {
        if (timed.isEmpty()) {
            return timed;
        }
        Map<Long, Peaks.Peak> peaks;
        try {
            peaks = Peaks.of(name, bench, timed.stream().map(Figure::length).toList());
        } catch (IllegalStateException e) {
            left.add(new Left(name, timed.getLast().length(), Objects.requireNonNullElse(e.getMessage(), "no memory")));
            return timed;
        }
        return timed.stream()
                .map(figure -> {
                    Peaks.Peak peak = Objects.requireNonNull(peaks.get(figure.length()));
                    return new Figure(
                            figure.length(),
                            figure.forward(),
                            figure.training(),
                            OptionalDouble.of(peak.forward()),
                            OptionalDouble.of(peak.training()));
                })
                .toList();
    }

    private static double median(List<Double> seconds) {
        double[] sorted = seconds.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /// A mixer on the bench, and how long its passes took so far.
    private static final class Timed implements AutoCloseable {
        private final Bench.Pass pass;
        private final List<Double> forward = new ArrayList<>();
        private final List<Double> training = new ArrayList<>();
        private boolean warm;

        private final boolean alone;

        Timed(Bench.Pass pass, boolean alone) {
            this.pass = pass;
            this.alone = alone;
        }

        void time(double patience) {
            double spent = sum(forward) + sum(training);
            if (forward.size() >= LEAST && spent > ENOUGH || !forward.isEmpty() && spent > patience / LEAST) {
                return;
            }
            double one = seconds(pass::forward);
            double both = seconds(pass::training);
            if (!warm && one + both < ENOUGH) { // the first pass of a length finds cold caches
                warm = true;
                return;
            }
            forward.add(one);
            training.add(both);
        }

        /// Of this thread where it is the only one, which others on the machine do not lengthen; else by the clock.
        private double seconds(Runnable work) {
            long began = now();
            work.run();
            return (now() - began) / 1e9;
        }

        private long now() {
            return alone ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() : System.nanoTime();
        }

        private static double sum(List<Double> seconds) {
            return seconds.stream().mapToDouble(Double::doubleValue).sum();
        }

        @Override
        public void close() {
            pass.close();
        }
    }

    /// The machine in words, and how busy it is.
    static String machine() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return String.format(
                Locale.ROOT,
                "%s %s, %d processors, %.0f GB, load %.1f",
                system.getName(),
                system.getArch(),
                system.getAvailableProcessors(),
                system.getTotalMemorySize() / 1e9,
                system.getSystemLoadAverage());
    }
}
