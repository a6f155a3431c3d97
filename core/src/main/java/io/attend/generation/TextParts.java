package io.attend.generation;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// The parts of a text that is being written, one after the other; never half a character. For one reader, who
/// closes it.
public final class TextParts implements Iterator<String>, AutoCloseable {
    private static final int AHEAD = 16;

    /// What comes: a part, or the end, which may be a failure.
    private sealed interface Coming {
        record Part(String text) implements Coming {}

        record End(Optional<RuntimeException> failure) implements Coming {}
    }

    private final BlockingQueue<Coming> coming = new ArrayBlockingQueue<>(AHEAD);
    private final Thread writer;
    private volatile boolean closed;
    private Optional<Coming> next = Optional.empty();

    TextParts(Consumer<Predicate<String>> writing) {
        writer = Thread.ofPlatform().daemon().name("attend-writer").start(() -> {
            try {
                writing.accept(part -> put(new Coming.Part(part)));
                put(new Coming.End(Optional.empty()));
            } catch (RuntimeException e) {
                put(new Coming.End(Optional.of(e)));
            }
        });
    }

    private boolean put(Coming one) {
        try {
            if (!closed) {
                coming.put(one);
            }
        } catch (InterruptedException e) {
            closed = true;
        }
        return !closed;
    }

    /// @throws RuntimeException if writing failed, for its reason
    @Override
    public boolean hasNext() {
        if (next.isEmpty()) {
            try {
                next = Optional.of(coming.take());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the next part of a text", e);
            }
        }
        if (next.get() instanceof Coming.End(Optional<RuntimeException> failure) && failure.isPresent()) {
            throw failure.get();
        }
        return next.get() instanceof Coming.Part;
    }

    @Override
    public String next() {
        if (!hasNext() || !(next.orElseThrow() instanceof Coming.Part(String text))) {
            throw new NoSuchElementException("the text has ended");
        }
        next = Optional.empty();
        return text;
    }

    /// Ends the writing of the text.
    @Override
    public void close() {
        closed = true;
        coming.clear();
        writer.interrupt();
    }
}
