package io.attend.bench.position;

import io.attend.bench.position.CharacterGpt.Learning;
import io.attend.model.Remembering;
import io.attend.model.Session;
import io.attend.model.Transformer;
import io.attend.position.Alibi;
import io.attend.position.RelativePosition;
import io.attend.position.Rotary;
import io.attend.state.Cache;
import io.attend.state.GrowingCache;
import io.attend.state.RollingCache;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Attention sinks (Xiao et al. 2023): a small GPT of characters learns windows of 64 with rotary positions,
/// each opened by a character of its own, as language models begin texts. Then it reads one long held-out text
/// character by character and says how surprised it is: with a cache of 4 sinks and the latest 60 characters,
/// with a plain window of 64, and with everything remembered as far as that is worth while. At last it writes
/// so many characters by itself, with sinks.
///
///     bench/run io.attend.bench.position.AttentionSinks input.txt [STEPS [CHARACTERS [alibi]]]
public final class AttentionSinks {
    private static final int LENGTH = 64;
    private static final int SINKS = 4;
    private static final int BATCH = 12;

    /// As far as everything is remembered.
    private static final int WORTH_WHILE = 2048;

    private AttentionSinks() {}

    public static void main(String[] arguments) throws IOException {
        Threads.use(1);
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1000;
        int characters = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 50_000;
        RelativePosition position =
                arguments.length > 3 && arguments[3].equals("alibi") ? Alibi.EXAMPLE : Rotary.EXAMPLE;
        CharacterGpt text = CharacterGpt.read(Path.of(arguments[0])).withOpening();
        Map<String, Cache> caches = new LinkedHashMap<>();
        caches.put("sinks", new RollingCache(SINKS, LENGTH - SINKS));
        caches.put("window", new RollingCache(0, LENGTH));
        caches.put("everything", GrowingCache.EXAMPLE);
        try (Transformer model = Transformer.initialize(text.architecture(position), 1)) {
            text.train(model, new Learning(steps, 0.003, BATCH, LENGTH));
            System.out.printf(
                    Locale.ROOT,
                    "after %d steps of %d windows of %d, loss on held-out windows of %d: %.3f%n",
                    steps,
                    BATCH,
                    LENGTH,
                    LENGTH,
                    text.judge(model, LENGTH));
            caches.forEach((name, cache) -> read(model, text, name, cache, cache.rolls() ? characters : WORTH_WHILE));
            write(model, text.opening(), caches.getOrDefault("sinks", GrowingCache.EXAMPLE), characters);
        }
    }

    private static void read(Transformer model, CharacterGpt text, String name, Cache cache, int characters) {
        double sum = 0;
        int from = 0;
        int until = LENGTH;
        try (Session session = model.session(Optional.empty(), Remembering.STATES, cache)) {
            long[] ids = text.heldOut().clone();
            ids[0] = text.opening();
            for (int i = 0; i < Math.min(characters, ids.length - 1); i++) {
                try (Lifetime _ = Lifetime.open()) {
                    Tensor scores = session.next(Tensor.of(new long[] {ids[i]}, 1, 1));
                    sum -= scores.logSoftmax(-1).select(1, ids[i + 1]).item();
                }
                if (i + 1 == until || i + 1 == characters) {
                    System.out.printf(
                            Locale.ROOT,
                            "%-10s characters %,7d to %,7d: loss %.3f, %,9d bytes remembered%n",
                            name,
                            from,
                            i + 1,
                            sum / (i + 1 - from),
                            session.bytes());
                    sum = 0;
                    from = i + 1;
                    until = 4 * until;
                }
            }
        }
    }

    private static void write(Transformer model, long opening, Cache cache, int characters) {
        try (Session session = model.session(Optional.empty(), Remembering.STATES, cache);
                Random random = Random.seeded(5)) {
            long next = opening;
            for (int i = 0; i < characters; i++) {
                try (Lifetime _ = Lifetime.open()) {
                    Tensor chances =
                            session.next(Tensor.of(new long[] {next}, 1, 1)).softmax(-1); // [1, V]
                    next = drawn(
                            chances.toDoubles(),
                            random.uniform(Shape.of(1), 0, 1).item());
                }
                if (i == characters / 10 || i == characters - 1) {
                    System.out.printf(
                            Locale.ROOT,
                            "written %,7d characters: %,9d bytes remembered, %,d MB resident%n",
                            i + 1,
                            session.bytes(),
                            resident());
                }
            }
        }
    }

    private static long drawn(double[] chances, double point) {
        int word = 0;
        double sum = chances[0];
        while (sum < point && word < chances.length - 1) {
            sum += chances[++word];
        }
        return word;
    }

    private static long resident() {
        System.gc();
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException _) {
            return -1;
        }
    }
}
