package io.attend.bench.generation;

import io.attend.architecture.Presets;
import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Start;
import io.attend.generation.Greedy;
import io.attend.generation.Scheduler;
import io.attend.generation.Written;
import io.attend.model.Transformer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/// Tokens a second that a [Scheduler] writes for 1, 4 and 16 callers at once, each asking for one text after
/// the other: `bench/run io.attend.bench.generation.Streams [WIDTH [LAYERS]]`.
public final class Streams {
    private static final int WORDS = 32_000;
    private static final int PROMPT = 32;
    private static final int NEW = 64;

    private Streams() {}

    public static void main(String[] sizes) {
        int width = sizes.length > 0 ? Integer.parseInt(sizes[0]) : 288;
        int layers = sizes.length > 1 ? Integer.parseInt(sizes[1]) : 6;
        try (Transformer model =
                Transformer.initialize(Presets.gpt(WORDS, layers, Presets.Size.width(width), PROMPT + NEW), 1)) {
            measure(model, 4, 1); // the engine's first steps
            double one = 0;
            for (int streams : new int[] {1, 4, 16}) {
                double rate = measure(model, streams, 3);
                one = streams == 1 ? rate : one;
                System.out.printf("%2d streams  %,8.0f tokens/s  %.2f times one%n", streams, rate, rate / one);
            }
        }
    }

    private static double measure(Transformer model, int streams, int texts) {
        SplittableRandom random = new SplittableRandom(1);
        int[][] prompts = IntStream.range(0, streams * texts)
                .mapToObj(_ -> random.ints(PROMPT - random.nextInt(9), 0, WORDS).toArray())
                .toArray(int[][]::new);
        try (Scheduler scheduler = new Scheduler(model, new Scheduler.Limits(streams, prompts.length))) {
            long begun = System.nanoTime();
            List<CompletableFuture<Written>> answers = Arrays.stream(prompts)
                    .map(prompt -> scheduler.submit(
                            new Greedy(NEW),
                            () -> new Start(Optional.empty(), Tokens.padded(List.of(prompt), 0), Set.of()),
                            (_, _) -> true))
                    .toList();
            long tokens = answers.stream()
                    .mapToLong(answer -> answer.join().tokens().length)
                    .sum();
            return tokens / ((System.nanoTime() - begun) / 1e9);
        }
    }
}
