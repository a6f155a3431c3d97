package io.attend.bench.generation;

import io.attend.architecture.Presets;
import io.attend.embedding.Tokens;
import io.attend.generation.Decoding.Start;
import io.attend.generation.Sampling;
import io.attend.generation.Scheduler;
import io.attend.generation.Written;
import io.attend.model.Transformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/// Resident memory each 100,000 of 1,000,000 tokens that a tiny model writes: `bench/run
/// io.attend.bench.generation.ManyTokens [TOKENS]`.
public final class ManyTokens {
    private static final int AT_ONCE = 8;
    private static final int TEXT = 100;

    private ManyTokens() {}

    public static void main(String[] count) throws IOException {
        long all = count.length > 0 ? Long.parseLong(count[0]) : 1_000_000;
        try (Transformer model = Transformer.initialize(
                        Presets.gpt(4_001, 1, Presets.Size.width(8).heads(2).hidden(11), 128), 1);
                Scheduler scheduler = new Scheduler(model, new Scheduler.Limits(AT_ONCE, AT_ONCE))) {
            long told = 0;
            for (long written = 0; written < all; written += AT_ONCE * TEXT) {
                long seed = written;
                List<CompletableFuture<Written>> texts = IntStream.range(0, AT_ONCE)
                        .mapToObj(i -> scheduler.submit(
                                Sampling.temperature(1).limit(TEXT).seed(seed + i),
                                () -> new Start(
                                        Optional.empty(), Tokens.padded(List.of(new int[1 + 3 * i]), 0), Set.of()),
                                (_, _) -> true))
                        .toList();
                texts.forEach(CompletableFuture::join);
                if (written >= told) {
                    System.out.printf("%,9d tokens  %,d MB%n", written + AT_ONCE * TEXT, resident());
                    told += all / 10;
                }
            }
        }
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
