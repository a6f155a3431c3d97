package io.attend.app;

import io.attend.training.report.Progress;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// The training of a tokenizer, shown step by step: a bar for each, or lines where there is no terminal.
final class StepProgress implements io.attend.tokenizer.trainer.Progress, AutoCloseable {
    private static final String TEXTS = "texts";
    private static final String PIECES = "pieces";

    private final long bytes;
    private final LongAdder read;
    private String step = "";
    private long first;
    private Optional<Progress> shown = Optional.empty();

    /// @param bytes to be read in all
    /// @param read so far
    StepProgress(long bytes, LongAdder read) {
        this.bytes = bytes;
        this.read = read;
    }

    @Override
    public void at(String now, long done, long of) {
        if (!now.equals(step)) {
            close();
            step = now;
            first = done;
        }
        switch (now) {
            case TEXTS -> show(read.sum(), bytes, String.format(Locale.ROOT, "%,d texts", done));
            case PIECES -> show(first - done, first - of, String.format(Locale.ROOT, "%,d pieces", done));
            default -> {
                if (of > 0) {
                    show(done, of, "");
                }
            }
        }
    }

    private void show(long done, long of, String message) {
        if (shown.isEmpty()) {
            Progress progress = Progress.onStandardError(step, step.replaceFirst("s$", ""));
            progress.begin(Math.max(of, done));
            shown = Optional.of(progress);
        }
        shown.get().step(Math.max(0, done), message);
    }

    @Override
    public void close() {
        shown.ifPresent(Progress::close);
        shown = Optional.empty();
    }
}
