package io.attend.training.report;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/// A piece of work against the clock: `first` of `total` units were done at `start`.
record Pace(String unit, long first, long total, Instant start, InstantSource clock) {
    Pace {
        if (first < 0 || first > total) {
            throw new IllegalArgumentException("progress begins at " + unit + " " + first + " of " + total
                    + "; it must lie between 0 and the total");
        }
    }

    static Pace begin(String unit, long done, long total, InstantSource clock) {
        return new Pace(unit, done, total, clock.instant(), clock);
    }

    Duration elapsed() {
        return Duration.between(start, clock.instant());
    }

    /// `1200/4000  loss 0.1234  12,345 tokens/s  1m20s left`; at the end `in 2m05s` instead.
    String line(long done, String message) {
        Duration elapsed = elapsed();
        double seconds = elapsed.toNanos() / 1e9;
        double rate = seconds > 0 ? (done - first) / seconds : 0;
        StringBuilder line = new StringBuilder().append(done).append('/').append(total);
        if (!message.isBlank()) {
            line.append("  ").append(message.strip().replaceAll("\\R", " "));
        } else if (rate > 0) {
            line.append(String.format(Locale.ROOT, rate < 100 ? "  %,.1f %ss/s" : "  %,.0f %ss/s", rate, unit));
        }
        if (done >= total) {
            line.append("  in ").append(text(elapsed));
        } else if (rate > 0) {
            line.append("  ")
                    .append(text(Duration.ofMillis((long) (1e3 * (total - done) / rate))))
                    .append(" left");
        }
        return line.toString();
    }

    /// The two largest units: `45s`, `1m20s`, `2h05m`, `3d04h`.
    static String text(Duration duration) {
        Duration rounded = duration.plusMillis(500);
        if (rounded.toMinutes() == 0) {
            return rounded.toSeconds() + "s";
        } else if (rounded.toHours() == 0) {
            return String.format(Locale.ROOT, "%dm%02ds", rounded.toMinutes(), rounded.toSecondsPart());
        } else if (rounded.toDays() == 0) {
            return String.format(Locale.ROOT, "%dh%02dm", rounded.toHours(), rounded.toMinutesPart());
        }
        return String.format(Locale.ROOT, "%dd%02dh", rounded.toDays(), rounded.toHoursPart());
    }
}
