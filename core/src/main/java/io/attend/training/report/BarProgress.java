package io.attend.training.report;

import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.IntSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressState;

/// A bar on one line of a terminal, redrawn four times a second by the library's thread, only when it has
/// changed and in one write, so that it does not flicker.
final class BarProgress implements Progress {
    private static final int MILLISECONDS = 250;
    private static final int WIDEST = 40;
    private static final int NARROWEST = 8;
    private static final String BLOCKS = "━╸─";
    private static final String ERASE_TO_END_OF_LINE = "\u001b[K";

    private final String task;
    private final String unit;
    private final PrintStream stream;
    private final IntSupplier width;
    private final InstantSource clock;
    private final String cells; // done, half done, to do
    private Optional<Drawing> begun = Optional.empty();

    private record Drawing(ProgressBar bar, Line line) {}

    BarProgress(String task, String unit, PrintStream stream, IntSupplier width, InstantSource clock) {
        this.task = task;
        this.unit = unit;
        this.stream = stream;
        this.width = width;
        this.clock = clock;
        this.cells = stream.charset().newEncoder().canEncode(BLOCKS) ? BLOCKS : "=>-";
    }

    /// Columns of the terminal now; asked at each drawing, since windows change size.
    static IntSupplier terminalWidth() {
        return new ConsoleProgressBarConsumer(System.err)::getMaxRenderedLength;
    }

    @Override
    public void begin(long done, long total) {
        close();
        Pace pace = Pace.begin(unit, done, total, clock);
        Line line = new Line();
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(done, Duration.ZERO)
                .setUpdateIntervalMillis(MILLISECONDS)
                .continuousUpdate()
                .setRenderer((state, columns) -> render(state, pace, columns))
                .setConsumer(line)
                .build();
        begun = Optional.of(new Drawing(bar, line));
    }

    @Override
    public void step(long done, String message) {
        Drawing drawing =
                begun.orElseThrow(() -> new IllegalStateException("progress: step " + done + " before begin"));
        drawing.bar.setExtraMessage(message);
        drawing.bar.stepTo(done);
    }

    @Override
    public void close() {
        begun.ifPresent(drawing -> {
            drawing.bar.close();
            drawing.line.close(); // the library forgets to if it had not drawn yet
        });
        begun = Optional.empty();
    }

    /// `training  30% ━━━━╸─────────  1200/4000  loss 0.1234  12,345 tokens/s  1m20s left`; narrow terminals
    /// lose the bar first, then the end of the line.
    private String render(ProgressState state, Pace pace, int columns) {
        long done = state.getCurrent();
        double fraction = pace.total() == 0 ? 1 : Math.min(1, (double) done / pace.total());
        String head = "%s %3d%%".formatted(state.getTaskName(), (int) (100 * fraction));
        String tail = "  " + pace.line(done, state.getExtraMessage());
        int room = Math.min(WIDEST, columns - 1 - head.length() - tail.length());
        String line = head + (room < NARROWEST ? "" : " " + bar(fraction, room)) + tail;
        return line.length() <= columns ? line : line.substring(0, columns);
    }

    private String bar(double fraction, int room) {
        int halves = (int) (2 * room * fraction);
        return cells.substring(0, 1).repeat(halves / 2)
                + (halves % 2 == 0 ? "" : cells.substring(1, 2))
                + cells.substring(2).repeat(room - (halves + 1) / 2);
    }

    /// Where the library writes: one line that each drawing replaces.
    private final class Line implements ProgressBarConsumer {
        private String shown = "";
        private boolean closed;

        @Override
        public int getMaxRenderedLength() {
            return width.getAsInt();
        }

        @Override
        public synchronized void accept(String line) {
            if (!line.equals(shown)) {
                stream.print("\r" + line + ERASE_TO_END_OF_LINE);
                stream.flush();
                shown = line;
            }
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                stream.println();
                stream.flush();
                closed = true;
            }
        }
    }
}
