package io.attend.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Presets;
import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Start;
import io.attend.model.Transformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Texts come and go without an end, in memory that does not grow.
class GenerationMemoryTest {
    private static final int WORDS = 4_001; // so that the scores of one token are 16 kB

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "memory is asked of /proc")
    void residentMemoryStaysFlatOverTwentyThousandTokens() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        try (Transformer model = Transformer.initialize(
                        Presets.gpt(WORDS, 1, Presets.Size.width(8).heads(2).hidden(11), 80), 1);
                Scheduler scheduler = new Scheduler(model, new Scheduler.Limits(3, 9))) {
            write(model, scheduler, random, 100);
            long before = resident();
            write(model, scheduler, random, 400);
            assertThat(resident() - before)
                    .as("megabytes grown over 20,000 tokens from %d MB", before)
                    .isLessThan(30); // one vector of scores leaked a token is 320
        }
    }

    /// Texts of 50 tokens, most by a scheduler that they join and leave at any time, the others with guesses.
    private static void write(Transformer model, Scheduler scheduler, SplittableRandom random, int texts)
            throws ExecutionException, InterruptedException {
        Deque<CompletableFuture<Written>> open = new ArrayDeque<>();
        for (int i = 0; i < texts; i++) {
            int[] prompt = random.ints(1 + random.nextInt(29), 0, WORDS).toArray();
            Sampling sampling = Sampling.temperature(1).limit(50).seed(i);
            if (i % 8 == 7) {
                try (io.attend.tensor.Lifetime _ = io.attend.tensor.Lifetime.open()) {
                    new Speculative(sampling, new LookUp(3, 1)).write(model, start(prompt));
                }
            } else {
                open.add(scheduler.submit(sampling, () -> start(prompt), (_, _) -> true));
            }
            while (open.size() > 5) {
                assertThat(open.remove().get().tokens()).hasSize(50);
            }
        }
        while (!open.isEmpty()) {
            open.remove().get();
        }
    }

    private static Start start(int[] prompt) {
        return new Start(Optional.empty(), Tokens.padded(List.of(prompt), 0), Set.of());
    }

    private static long resident() throws IOException {
        System.gc();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
