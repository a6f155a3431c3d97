package io.attend.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Architecture;
import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Start;
import io.attend.layer.Bench;
import io.attend.model.SmallModels;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Texts of many callers are what they are alone.
@Timeout(120)
class SchedulerTest {
    private static final Decoding.Follower ALL = (_, _) -> true;

    private static Transformer model(Architecture architecture) {
        try (Lifetime _ = Lifetime.open()) {
            Transformer model = Transformer.initialize(architecture, 1);
            model.weights().forEach(weight -> Bench.fill(weight, DType.FLOAT32));
            model.weights().stream()
                    .filter(weight -> !weight.name().contains("token"))
                    .forEach(weight -> weight.tensor().mul_(weight.name().endsWith("bias") ? 0.1 : 3));
            return model;
        }
    }

    private record Job(int[] prompt, int[] source, Decoding how) {
        Start start(Architecture architecture) {
            Optional<Input> read = SmallModels.translates(architecture)
                    ? Optional.of(Tokens.padded(List.of(source), 0))
                    : Optional.empty();
            return new Start(read, Tokens.padded(List.of(prompt), 0), Set.of(5, 17));
        }
    }

    private static List<Job> jobs(int count) {
        SplittableRandom random = new SplittableRandom(4);
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] prompt = random.ints(1 + random.nextInt(9), 0, 31).toArray();
            int[] source = random.ints(1 + random.nextInt(7), 0, 31).toArray();
            int limit = 1 + random.nextInt(30);
            jobs.add(new Job(
                    prompt,
                    source,
                    i % 2 == 0
                            ? new Greedy(limit, List.of(new NoRepeat(2)))
                            : Sampling.temperature(0.9).topK(7).limit(limit).seed(i)));
        }
        return jobs;
    }

    /// Several threads ask at once for texts of other lengths, and each gets what it would get by itself; the
    /// batch is joined and left at every step.
    @Test
    void aTextIsWhatItIsAlone() throws Exception {
        for (Architecture architecture :
                new Architecture[] {SmallModels.GPT, SmallModels.TRANSFORMER, SmallModels.LSTM}) {
            List<Job> jobs = jobs(30);
            try (Transformer model = model(architecture);
                    Scheduler scheduler = new Scheduler(model, new Scheduler.Limits(5, 30))) {
                List<Written> alone = new ArrayList<>();
                try (Lifetime _ = Lifetime.open()) {
                    jobs.forEach(job -> alone.add(
                            job.how.write(model, job.start(architecture)).getFirst()));
                }
                List<CompletableFuture<Written>> answers = jobs.parallelStream()
                        .map(job -> scheduler.submit(job.how, () -> job.start(architecture), ALL))
                        .toList();
                for (int i = 0; i < jobs.size(); i++) {
                    assertThat(answers.get(i).get(60, TimeUnit.SECONDS).tokens())
                            .as("text %s", i)
                            .containsExactly(alone.get(i).tokens());
                    assertThat(answers.get(i).get().end())
                            .isEqualTo(alone.get(i).end());
                }
            }
        }
    }

    /// One asks for a word that is none, one is cancelled, one's listener fails: the others are as ever.
    @Test
    void oneThatFailsHurtsNobody() throws Exception {
        try (Transformer model = model(SmallModels.GPT);
                Scheduler scheduler = new Scheduler(model, new Scheduler.Limits(4, 9))) {
            Job good = new Job(new int[] {3, 1, 4}, new int[0], new Greedy(40, List.of(new NoRepeat(3))));
            Written expected;
            try (Lifetime _ = Lifetime.open()) {
                expected = good.how
                        .write(
                                model,
                                new Start(
                                        Optional.empty(),
                                        good.start(SmallModels.GPT).prompt(),
                                        Set.of()))
                        .getFirst();
            }
            AtomicInteger heard = new AtomicInteger();
            CountDownLatch running = new CountDownLatch(1);
            CountDownLatch others = new CountDownLatch(1);
            CompletableFuture<Written> first = scheduler.submit(
                    good.how,
                    () -> new Start(
                            Optional.empty(), good.start(SmallModels.GPT).prompt(), Set.of()),
                    (_, _) -> {
                        if (heard.incrementAndGet() == 2) {
                            running.countDown();
                            await(others);
                        }
                        return true;
                    });
            await(running);
            CompletableFuture<Written> unknown = scheduler.submit(
                    new Greedy(5), () -> new Job(new int[] {99}, new int[0], good.how).start(SmallModels.GPT), ALL);
            CompletableFuture<Written> cancelled =
                    scheduler.submit(new Greedy(50), () -> good.start(SmallModels.GPT), ALL);
            CompletableFuture<Written> long_ = scheduler.submit(new Greedy(60), () -> good.start(SmallModels.GPT), ALL);
            CompletableFuture<Written> deaf =
                    scheduler.submit(new Greedy(50), () -> good.start(SmallModels.GPT), (_, _) -> {
                        throw new IllegalStateException("nobody listens");
                    });
            cancelled.cancel(false);
            others.countDown();
            assertThat(first.get().tokens()).containsExactly(expected.tokens());
            assertThatThrownBy(unknown::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("there is no token 99, only 0 to 30");
            assertThatThrownBy(long_::get)
                    .hasMessageContaining(
                            "a prompt of 3 tokens and a limit of 60 need 62 positions, but the model has 61;"
                                    + " give a smaller limit or a shorter prompt");
            assertThatThrownBy(deaf::get).hasMessageContaining("nobody listens");
            assertThat(cancelled).isCancelled();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void moreThanItCanTakeIsRefusedAndClosingCancels() throws Exception {
        try (Transformer model = model(SmallModels.GPT)) {
            Scheduler scheduler = new Scheduler(model, new Scheduler.Limits(1, 2));
            Job job = new Job(new int[] {3, 1, 4}, new int[0], new Greedy(50));
            CountDownLatch running = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            CompletableFuture<Written> first = scheduler.submit(job.how, () -> job.start(SmallModels.GPT), (_, _) -> {
                running.countDown();
                await(go);
                return false;
            });
            await(running);
            CompletableFuture<Written> second = scheduler.submit(job.how, () -> job.start(SmallModels.GPT), ALL);
            CompletableFuture<Written> third = scheduler.submit(job.how, () -> job.start(SmallModels.GPT), ALL);
            assertThatThrownBy(() -> scheduler.submit(job.how, () -> job.start(SmallModels.GPT), ALL))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessage("1 texts are being written and 2 wait; ask again later");
            assertThatThrownBy(() -> scheduler.submit(Beam.of(2), () -> job.start(SmallModels.GPT), ALL))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("texts of several callers are written by Greedy or Sampling, not by Beam");
            go.countDown();
            assertThat(first.get().tokens()).hasSize(1);
            second.get();
            third.get();
            CountDownLatch last = new CountDownLatch(1);
            CompletableFuture<Written> open = scheduler.submit(
                    new Greedy(50),
                    () -> new Start(Optional.empty(), job.start(SmallModels.GPT).prompt(), Set.of()),
                    (_, _) -> {
                        last.countDown();
                        return true;
                    });
            await(last);
            scheduler.close();
            assertThat(open).isDone();
            assertThatThrownBy(() -> scheduler.submit(job.how, () -> job.start(SmallModels.GPT), ALL))
                    .hasMessage("the scheduler is closed");
            assertThatThrownBy(() -> new Scheduler.Limits(0, 1))
                    .hasMessage("at least 1 text must run and 1 may wait, not 0 and 1");
            if (open.isCompletedExceptionally()) {
                assertThatThrownBy(open::get).isInstanceOfAny(CancellationException.class, ExecutionException.class);
            }
        }
    }

    /// Short texts come and go behind one another without an end: what is remembered does not grow with them.
    @Test
    void paddingOfTextsThatHaveGoneIsForgotten() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = model(SmallModels.GPT);
                io.attend.model.Session session = model.session(Optional.empty())) {
            session.next(Tokens.padded(List.of(new int[] {3, 1, 4, 1, 5, 9, 2}), 0));
            io.attend.model.Session other = model.session(Optional.empty());
            other.next(Tokens.padded(List.of(new int[] {6, 5}), 0));
            session.join(other);
            session.next(io.attend.tensor.Tensor.of(new long[] {8, 8}, 2, 1));
            assertThatThrownBy(() -> session.drop(5))
                    .hasMessage("the first 5 of 8 positions are not padding in every text");
            session.select(io.attend.tensor.Tensor.of(new long[] {1}));
            session.drop(5);
            assertThat(session.length()).isEqualTo(3);
            float[] scores = session.next(io.attend.tensor.Tensor.of(new long[] {7}, 1, 1))
                    .toFloats();
            try (io.attend.model.Session alone = model.session(Optional.empty())) {
                assertThat(alone.next(Tokens.padded(List.of(new int[] {6, 5, 8, 7}), 0))
                                .toFloats())
                        .usingComparatorWithPrecision(1e-5f)
                        .containsExactly(scores);
                assertThat(session.bytes()).isEqualTo(alone.bytes());
            }
        }
    }
}
