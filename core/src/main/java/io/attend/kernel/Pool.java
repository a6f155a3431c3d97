package io.attend.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/// Threads that share out the parts of one small piece of work, again and again: a token's step has a hundred
/// of them, tens of microseconds each, so that waking a thread for each would cost more than it saves. A worker
/// that finds nothing looks again for a while before it sleeps.
///
/// Parts are taken one after the other by whoever is free, the caller too, so that a thread the system has put
/// aside holds up no more than the part it has. Work comes from one caller at a time; another that comes
/// meanwhile does its own alone.
public final class Pool {
    private static final long PATIENCE = 50_000; // nanoseconds a worker looks for work before it sleeps
    private static final Pool POOL = new Pool();

    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile Worker[] workers = {};
    private volatile Round round = new Round(0, part -> {});

    private Pool() {}

    /// The one pool of this process. It has no threads of its own until [#use].
    public static Pool common() {
        return POOL;
    }

    /// One piece of work.
    private static final class Round {
        private final int parts;
        private final IntConsumer work;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile @org.jspecify.annotations.Nullable Throwable failure;

        Round(int parts, IntConsumer work) {
            this.parts = parts;
            this.work = work;
        }

        boolean isOpen() {
            return next.get() < parts;
        }

        void help() {
            for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                try {
                    work.accept(part);
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    done.incrementAndGet();
                }
            }
        }
    }

    /// So many threads in all work from now on, the caller among them.
    public synchronized void use(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("work needs at least 1 thread, not " + threads);
        }
        Worker[] old = workers;
        if (old.length == threads - 1) {
            return;
        }
        Worker[] next = new Worker[threads - 1];
        for (int i = 0; i < next.length; i++) {
            next[i] = i < old.length ? old[i] : new Worker(i);
        }
        workers = next;
        for (int i = next.length; i < old.length; i++) {
            old[i].ended = true;
            LockSupport.unpark(old[i].thread);
        }
    }

    /// How many threads work, the caller among them.
    public int threads() {
        return workers.length + 1;
    }

    @SuppressWarnings("ThreadPriorityCheck") // yields only to a worker whose processor another process has
    private static void await(Round mine) {
        for (int looks = 0; mine.done.get() < mine.parts; looks++) {
            if (looks < 10_000) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /// Does the parts 0 to `parts - 1` and returns when all are done. They must not wait for each other.
    public void run(int parts, IntConsumer work) {
        if (parts <= 1 || workers.length == 0 || !taken.compareAndSet(false, true)) {
            for (int part = 0; part < parts; part++) {
                work.accept(part);
            }
            return;
        }
        try {
            Round mine = new Round(parts, work);
            round = mine;
            for (Worker worker : workers) {
                if (worker.asleep) {
                    LockSupport.unpark(worker.thread);
                }
            }
            mine.help();
            await(mine);
            rethrow(mine.failure);
        } finally {
            taken.set(false);
        }
    }

    private static void rethrow(@org.jspecify.annotations.Nullable Throwable failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    private final class Worker implements Runnable {
        private final Thread thread;
        private volatile boolean asleep;
        private volatile boolean ended;

        Worker(int number) {
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("attend-kernel-" + (number + 1))
                    .start(this);
        }

        @Override
        public void run() {
            while (!ended) {
                long since = System.nanoTime();
                while (!round.isOpen() && System.nanoTime() - since < PATIENCE) {
                    Thread.onSpinWait();
                }
                if (!round.isOpen()) {
                    asleep = true;
                    if (!round.isOpen() && !ended) { // again: work may have come before it slept
                        LockSupport.park(this);
                    }
                    asleep = false;
                }
                round.help();
            }
        }
    }
}
