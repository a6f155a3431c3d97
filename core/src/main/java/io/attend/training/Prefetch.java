package io.attend.training;

import io.attend.objective.Batch;
import io.attend.tensor.Handover;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/// Prepares the batches of the next steps on a thread of its own while a step is computed. A batch is a
/// function of its step alone, so it is the same whoever makes it and when.
final class Prefetch implements AutoCloseable {
    private final LongFunction<List<Batch>> prepare;
    private final int ahead;
    private final long last;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("attend-prefetch").factory());
    private final Deque<Future<Handover<List<Batch>>>> coming = new ArrayDeque<>();
    private long next;
    private volatile boolean closed;

    /// @param ahead steps whose batches wait to be used, at most; with 0 the calling thread prepares them
    /// @param first the step that is taken first
    /// @param last the step behind the one that is taken last
    Prefetch(LongFunction<List<Batch>> prepare, int ahead, long first, long last) {
        this.prepare = prepare;
        this.ahead = ahead;
        this.next = first;
        this.last = last;
    }

    /// The batches of the next step, in the innermost lifetime of the calling thread. What failed in preparing
    /// them fails here.
    List<Batch> take() {
        if (ahead == 0) {
            return prepare.apply(next++);
        }
        while (coming.size() <= ahead && next < last) {
            long step = next++;
            coming.addLast(thread.submit(() -> Handover.of(() -> closed ? List.of() : prepare.apply(step))));
        }
        try {
            return coming.removeFirst().get().take();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainingException("interrupted while a batch was prepared");
        }
    }

    /// Lets the batch that is under way be finished, and frees what nobody took.
    @Override
    public void close() {
        closed = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                return; // its tensors are the price of not waiting for ever
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        coming.stream()
                .filter(future -> future.state() == Future.State.SUCCESS)
                .forEach(future -> future.resultNow().close());
    }
}
