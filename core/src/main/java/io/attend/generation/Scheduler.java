package io.attend.generation;

import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Follower;
import io.attend.generation.Decoding.Start;
import io.attend.model.Session;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Writes texts for many callers with one model: a text joins the batch at the next step and leaves it when it
/// has ended, so that nobody waits for the longest of a batch, and every pass over the weights serves all.
///
/// A text is what it would be alone. One thread does the work; callers may be any, virtual ones included. A
/// text that fails or is cancelled leaves, and the others go on. When as many texts are being written and wait
/// as [Limits] say, more are refused at once.
///
/// Only [Greedy] and [Sampling] write in a common batch. A step costs one pass over all running texts; joining
/// copies the batch's keys and values once.
public final class Scheduler implements AutoCloseable {
    /// How much is taken on.
    ///
    /// @param running texts that are written at once
    /// @param waiting texts that wait for their turn
    public record Limits(int running, int waiting) {
        public Limits {
            if (running < 1 || waiting < 1) {
                throw new IllegalArgumentException(
                        "at least 1 text must run and 1 may wait, not " + running + " and " + waiting);
            }
        }
    }

    private final Transformer model;
    private final Limits limits;
    private final BlockingQueue<Request> waiting;
    private final Thread worker;
    private volatile boolean closed;

    public Scheduler(Transformer model, Limits limits) {
        this.model = model;
        this.limits = limits;
        this.waiting = new ArrayBlockingQueue<>(limits.waiting());
        this.worker = Thread.ofPlatform().daemon().name("attend-scheduler").start(this::work);
    }

    /// A text that is asked for.
    private record Request(
            Decoding decoding, Supplier<Start> start, Follower follower, CompletableFuture<Written> answer) {}

    /// Asks for one text. Cancelling the answer ends it at the next step.
    ///
    /// @param start made on the scheduler's thread, of one text
    /// @param follower hears each token on the scheduler's thread, where it must not wait
    /// @throws IllegalArgumentException if the decoding does not write step by step
    /// @throws RejectedExecutionException if there are too many texts already
    public CompletableFuture<Written> submit(Decoding decoding, Supplier<Start> start, Follower follower) {
        if (!(decoding instanceof Greedy || decoding instanceof Sampling)) {
            throw new IllegalArgumentException("texts of several callers are written by Greedy or Sampling, not by "
                    + decoding.getClass().getSimpleName());
        }
        CompletableFuture<Written> answer = new CompletableFuture<>();
        if (closed) {
            throw new RejectedExecutionException("the scheduler is closed");
        }
        if (!waiting.offer(new Request(decoding, start, follower, answer))) {
            throw new RejectedExecutionException(
                    limits.running() + " texts are being written and " + limits.waiting() + " wait; ask again later");
        }
        if (closed) {
            cancelWaiting();
        }
        return answer;
    }

    private void work() {
        try (Batch batch = new Batch()) {
            while (!closed) {
                if (batch.going.isEmpty()) {
                    batch.admit(waiting.take());
                }
                while (batch.going.size() < limits.running()) {
                    Request next = waiting.poll();
                    if (next == null) {
                        break;
                    }
                    batch.admit(next);
                }
                batch.step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } finally {
            closed = true;
            cancelWaiting();
        }
    }

    private void cancelWaiting() {
        for (Request next = waiting.poll(); next != null; next = waiting.poll()) {
            next.answer.completeExceptionally(new CancellationException("the scheduler is closed"));
        }
    }

    /// Ends what is being written and what waits; their answers are cancelled.
    @Override
    public void close() {
        closed = true;
        worker.interrupt();
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// The texts that are being written, a row each.
    private final class Batch implements AutoCloseable {
        private List<Text> going = new ArrayList<>();
        private Optional<Session> session = Optional.empty();

        /// Reads a prompt and lets the text join. What goes wrong is the text's own affair.
        void admit(Request request) {
            if (request.answer.isDone()) {
                return;
            }
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                Start start = request.start.get();
                int[][] prompt = start.prompt().rows();
                if (prompt.length != 1) {
                    throw new IllegalArgumentException("a caller asks for one text, not " + prompt.length);
                }
                Text text = new Text(request, start, prompt[0]);
                text.checkRoom();
                Session alone = start.session(model);
                try {
                    text.choose(Scores.rows(alone.next(start.prompt()))[0]);
                    if (text.over) {
                        alone.close();
                        return;
                    }
                    if (session.isEmpty()) {
                        session = Optional.of(alone);
                    } else {
                        session.get().join(alone);
                    }
                    going.add(text);
                } catch (RuntimeException e) {
                    alone.close();
                    throw e;
                }
            } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
                request.answer.completeExceptionally(e);
            }
        }

        /// One more token for each.
        void step() {
            leave();
            if (going.isEmpty()) {
                return;
            }
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                long[] last = going.stream().mapToLong(Text::last).toArray();
                float[][] scores = Scores.rows(session.orElseThrow().next(Tokens.of(Tensor.of(last, last.length, 1))));
                for (int i = 0; i < scores.length; i++) {
                    going.get(i).choose(scores[i]);
                }
            } catch (RuntimeException | OutOfMemoryError e) {
                going.forEach(text -> text.fail(e)); // the step of all of them
                end();
                return;
            }
            leave();
        }

        /// Lets those go that have ended.
        private void leave() {
            int[] rows = IntStream.range(0, going.size())
                    .filter(i ->
                            !going.get(i).over && !going.get(i).request.answer.isDone())
                    .toArray();
            if (rows.length == going.size()) {
                return;
            }
            going = new ArrayList<>(Arrays.stream(rows).mapToObj(going::get).toList());
            if (going.isEmpty()) {
                end();
                return;
            }
            Session left = session.orElseThrow();
            try (Lifetime _ = Lifetime.open()) {
                left.select(Tensor.of(Arrays.stream(rows).asLongStream().toArray()));
                long padding = left.length()
                        - going.stream().mapToLong(Text::read).max().orElseThrow();
                if (padding > left.length() / 4) {
                    left.drop(padding);
                }
            }
        }

        private void end() {
            going.clear();
            session.ifPresent(Session::close);
            session = Optional.empty();
        }

        @Override
        public void close() {
            going.forEach(text -> text.fail(new CancellationException("the scheduler is closed")));
            end();
        }
    }

    /// One text of the batch.
    private final class Text {
        private final Request request;
        private final Start start;
        private final Chooser chooser;
        private final int prompt;
        private int[] tokens;
        private boolean over;

        Text(Request request, Start start, int[] prompt) {
            this.request = request;
            this.start = start;
            this.prompt = prompt.length;
            this.tokens = prompt;
            this.chooser = Chooser.of(request.decoding, 0, prompt.length, start.constraint());
        }

        /// A text too long for the model would end the step of all.
        void checkRoom() {
            OptionalInt longest =
                    model.architecture().topology().embeddings().getLast().longest();
            int most = prompt + request.decoding.limit() - 1; // the last token is not read again
            if (longest.isPresent() && most > longest.getAsInt()) {
                throw new IllegalArgumentException("a prompt of " + prompt + " tokens and a limit of "
                        + request.decoding.limit() + " need " + most + " positions, but the model has "
                        + longest.getAsInt() + "; give a smaller limit or a shorter prompt");
            }
        }

        long last() {
            return tokens[tokens.length - 1];
        }

        /// How many tokens the model has read.
        long read() {
            return tokens.length - 1L;
        }

        void choose(float[] scores) {
            try {
                int left = request.decoding.limit() - (tokens.length - prompt);
                int token = chooser.choose(chooser.chances(scores, tokens, left));
                if (start.ends().contains(token)) {
                    end(OptionalInt.of(token));
                    return;
                }
                tokens = Arrays.copyOf(tokens, tokens.length + 1);
                tokens[tokens.length - 1] = token;
                if (!request.follower.written(0, token) || left == 1) {
                    end(OptionalInt.empty());
                }
            } catch (RuntimeException e) {
                fail(e);
            }
        }

        private void end(OptionalInt token) {
            over = true;
            request.answer.complete(
                    new Written(Arrays.copyOfRange(tokens, prompt, tokens.length), token, OptionalDouble.empty()));
        }

        void fail(Throwable why) {
            over = true;
            request.answer.completeExceptionally(why);
        }
    }
}
