package io.attend.training.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/// How far a long piece of work has come, shown while it runs.
///
/// On a terminal a bar that fills, elsewhere (a file, a pipe, a build server) a plain line now and then; both
/// on standard error, so that standard output stays a program's. Both say how much is done, the message (or,
/// when it is empty, the units per second) and the time left:
///
///     training  30% ━━━━━━━━━╸─────────────────────  1200/4000  loss 0.1234  12,345 tokens/s  1m20s left
///     step 1200/4000  loss 0.1234  12,345 tokens/s  1m20s left
///
/// Order of calls: `begin` once, `step` as often as there is news, `close`, also after a failure.
public interface Progress extends AutoCloseable {
    /// Starts the clock. What was `done` by an earlier, interrupted run is not counted as speed of this one.
    ///
    /// @throws IllegalArgumentException unless 0 ≤ done ≤ total
    void begin(long done, long total);

    default void begin(long total) {
        begin(0, total);
    }

    /// `done` units of the total are finished now; the message is one short line, such as the loss and the
    /// throughput.
    void step(long done, String message);

    @Override
    void close();

    /// A bar if standard error is a terminal, plain lines if not; `task` names the work, `unit` what is
    /// counted.
    static Progress onStandardError(String task, String unit) {
        return standardErrorIsTerminal()
                ? new BarProgress(task, unit, System.err, BarProgress.terminalWidth(), InstantSource.system())
                : new LineProgress(unit, System.err, InstantSource.system());
    }

    /// Shows nothing.
    static Progress silent() {
        return SilentProgress.SILENT;
    }

    /// Java can tell only whether standard input and output are a terminal; Linux is asked about standard error
    /// itself.
    private static boolean standardErrorIsTerminal() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException _) {
            return System.console().isTerminal();
        }
    }
}
