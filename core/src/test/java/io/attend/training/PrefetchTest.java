package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Inputs;
import io.attend.checkpoint.RunFolder;
import io.attend.embedding.Tokens;
import io.attend.objective.Batch;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefetchTest {
    @TempDir
    Path folder;

    private static Batch batch(long step) {
        return new Batch(
                Inputs.of(Tokens.of(Tensor.of(new long[] {step}, 1, 1))), Tensor.of(new long[] {step}, 1), 1, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void batchesComeInTheOrderOfTheirStepsAndNoneBehindTheLast(int ahead) {
        AtomicLong most = new AtomicLong();
        try (Prefetch prefetch = new Prefetch(
                step -> {
                    most.accumulateAndGet(step, Math::max);
                    return List.of(batch(step));
                },
                ahead,
                5,
                11)) {
            for (long step = 5; step < 11; step++) {
                try (Lifetime _ = Lifetime.open()) {
                    Batch batch = prefetch.take().getFirst();
                    assertThat(batch.answers().toLongs()).containsExactly(step);
                    assertThat(most.get()).isLessThanOrEqualTo(Math.min(step + ahead, 10));
                }
            }
        }
        assertThat(most).hasValue(10);
    }

    @Test
    void theNextIsPreparedWhileAStepRuns() throws InterruptedException {
        CountDownLatch second = new CountDownLatch(1);
        try (Prefetch prefetch = new Prefetch(
                        step -> {
                            if (step == 1) {
                                second.countDown();
                            }
                            return List.of(batch(step));
                        },
                        1,
                        0,
                        9);
                Lifetime _ = Lifetime.open()) {
            prefetch.take();
            second.await(); // would wait for ever otherwise
        }
    }

    @Test
    void whatFailsInPreparingFailsWhereItIsTaken() {
        try (Prefetch prefetch = new Prefetch(
                        step -> {
                            if (step == 2) {
                                throw new IllegalArgumentException("x.jsonl, line 7: no JSON");
                            }
                            return List.of(batch(step));
                        },
                        2,
                        0,
                        9);
                Lifetime _ = Lifetime.open()) {
            prefetch.take();
            prefetch.take();
            assertThatThrownBy(prefetch::take)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("x.jsonl, line 7: no JSON");
        }
    }

    @Test
    void closingFreesWhatNobodyTookAndEndsTheThread() throws InterruptedException {
        ConcurrentHashMap<Long, Batch> made = new ConcurrentHashMap<>();
        CountDownLatch third = new CountDownLatch(1);
        Thread[] worker = new Thread[1];
        try (Prefetch prefetch = new Prefetch(
                        step -> {
                            worker[0] = Thread.currentThread();
                            Batch batch = batch(step);
                            made.put(step, batch);
                            if (step == 2) {
                                third.countDown();
                            }
                            return List.of(batch);
                        },
                        2,
                        0,
                        9);
                Lifetime _ = Lifetime.open()) {
            prefetch.take();
            third.await();
        }
        worker[0].join();
        assertThat(made).containsOnlyKeys(0L, 1L, 2L);
        made.values()
                .forEach(batch ->
                        assertThatThrownBy(() -> batch.answers().toLongs()).isInstanceOf(TensorException.class));
    }

    /// The same weights to the bit with the batches of coming steps prepared by another thread and without, of
    /// an
    /// objective that draws, also when the run is stopped half way.
    @Test
    void aRunIsTheSameWithAndWithout() throws IOException {
        Path labels = folder.resolve("labels.tsv");
        Files.writeString(labels, "good film\tlike\nbad film\thate\na good one\tlike\na bad one\thate\n".repeat(9));
        String recipe = """
                data: {type: LabeledFile, path: '%s', heldOutPath: '%s'}
                model: {type: Bert, layers: 1, width: 8, heads: 2, dropout: 0.1}
                objective: {type: Classification, length: 11, noises: [TokenSwap, TokenInsertion, {type: SpanCutoff, share: 0.3}]}
                schedule: {type: Constant, rate: 0.01}
                steps: 24
                batch: 5
                accumulate: 2
                threads: 1
                """.formatted(labels, labels);
        run("without", recipe + "prefetch: 0", 99);
        run("with", recipe + "prefetch: 3", 99);
        run("stopped", recipe + "prefetch: 3", 20);
        run("stopped", recipe + "prefetch: 1", 99);
        assertThat(folder.resolve("with/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("without/model.safetensors"));
        assertThat(folder.resolve("stopped/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("without/model.safetensors"));
    }

    private void run(String name, String recipe, long stop) {
        Trainer[] trainer = new Trainer[1];
        Progress stopping = new Progress() {
            @Override
            public void begin(long done, long total) {}

            @Override
            public void step(long done, String message) {
                if (done == stop) {
                    trainer[0].stop();
                }
            }

            @Override
            public void close() {}
        };
        trainer[0] = new Trainer(Recipe.parse(recipe, List.of()), RunFolder.create(folder.resolve(name)), stopping);
        trainer[0].run();
    }
}
