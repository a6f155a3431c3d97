package io.attend.training.report;

import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// Plain lines for logs: the first step, then one every ten seconds, rarer as the work grows long (one
/// twentieth of the time so far: a day takes about 140 lines), and always the last.
final class LineProgress implements Progress {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final String unit;
    private final PrintStream stream;
    private final InstantSource clock;
    private Optional<Pace> begun = Optional.empty();
    private Duration due = Duration.ZERO;
    private String pending = "";

    LineProgress(String unit, PrintStream stream, InstantSource clock) {
        this.unit = unit;
        this.stream = stream;
        this.clock = clock;
    }

    @Override
    public void begin(long done, long total) {
        begun = Optional.of(Pace.begin(unit, done, total, clock));
        due = Duration.ZERO;
        pending = "";
    }

    @Override
    public void step(long done, String message) {
        Pace pace = begun.orElseThrow(() -> new IllegalStateException("progress: step " + done + " before begin"));
        Duration elapsed = pace.elapsed();
        pending = unit + " " + pace.line(done, message);
        if (elapsed.compareTo(due) >= 0) {
            flush();
            Duration twentieth = elapsed.dividedBy(20);
            due = elapsed.plus(twentieth.compareTo(INTERVAL) > 0 ? twentieth : INTERVAL);
        }
    }

    @Override
    public void close() {
        flush();
    }

    private void flush() {
        if (!pending.isEmpty()) {
            stream.println(pending);
            pending = "";
        }
    }
}
