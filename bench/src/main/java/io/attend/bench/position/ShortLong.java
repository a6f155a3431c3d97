package io.attend.bench.position;

import io.attend.architecture.Architecture;
import io.attend.bench.position.CharacterGpt.Learning;
import io.attend.model.Transformer;
import io.attend.position.Alibi;
import io.attend.position.LinearScaling;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.Rotary;
import io.attend.position.SinusoidalPosition;
import io.attend.position.YarnScaling;
import io.attend.tensor.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/// Train short, test long (Press et al. 2022): a small GPT of characters learns windows of 64 with ALiBi, with
/// rotary positions, with sinusoids and with none, and is judged on windows of 64 to 512. What was learned with
/// rotary positions is also read with linear (Chen et al. 2023), NTK-aware and YaRN scaling (Peng et al. 2023)
/// by as much as a window is longer. All of it once as it is, and once after a short fine-tuning on windows of
/// the length it is judged on.
///
///     bench/run io.attend.bench.position.ShortLong input.txt [STEPS [FINE_TUNING_STEPS]]
public final class ShortLong {
    private static final int LENGTH = 64;
    private static final int BATCH = 12;
    private static final double RATE = 0.003;

    /// What may act between positions in a window so many times longer.
    private static final Map<String, IntFunction<RelativePosition>> SCALED = new LinkedHashMap<>();

    static {
        SCALED.put("rotary", _ -> Rotary.EXAMPLE);
        SCALED.put("rotary, linear", times -> Rotary.EXAMPLE.scaled(new LinearScaling(times)));
        SCALED.put("rotary, NTK", ShortLong::otherBase);
        SCALED.put("rotary, YaRN", times -> Rotary.EXAMPLE.scaled(new YarnScaling(times, LENGTH)));
    }

    private ShortLong() {}

    public static void main(String[] arguments) throws IOException {
        Threads.use(1);
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1000;
        int tuning = arguments.length > 2 ? Integer.parseInt(arguments[2]) : steps / 20;
        CharacterGpt text = CharacterGpt.read(Path.of(arguments[0]));
        System.out.printf(
                Locale.ROOT,
                "held-out loss after %d steps of %d windows of %d; behind the stroke after %d more of the length%n",
                steps,
                BATCH,
                LENGTH,
                tuning);
        study(text, steps, tuning, Map.of("ALiBi", _ -> text.architecture(Alibi.EXAMPLE)));
        Map<String, IntFunction<Architecture>> rotary = new LinkedHashMap<>();
        SCALED.forEach((name, position) -> rotary.put(name, times -> text.architecture(position.apply(times))));
        study(text, steps, tuning, rotary);
        study(
                text,
                steps,
                tuning,
                Map.of(
                        "sinusoidal",
                        _ -> text.architecture(new NoPosition(), words -> words.position(SinusoidalPosition.EXAMPLE))));
        study(text, steps, tuning, Map.of("none", _ -> text.architecture(new NoPosition())));
    }

    /// The base that turns the slowest pair `times` slower and leaves the fastest as it is.
    private static RelativePosition otherBase(int times) {
        double size = (double) CharacterGpt.WIDTH / CharacterGpt.HEADS;
        return Rotary.EXAMPLE.theta(Rotary.EXAMPLE.theta() * Math.pow(times, size / (size - 2)));
    }

    /// Learns once, with the first of the architectures at the length learned, and reads with all of them.
    private static void study(
            CharacterGpt text, int steps, int tuning, Map<String, IntFunction<Architecture>> architectures) {
        Architecture first = architectures.values().iterator().next().apply(1);
        try (Transformer model = Transformer.initialize(first, 1)) {
            text.train(model, new Learning(steps, RATE, BATCH, LENGTH));
            architectures.forEach((name, architecture) -> {
                List<String> row = new ArrayList<>();
                row.add(String.format(Locale.ROOT, "%d: %.3f", LENGTH, text.judge(model, LENGTH)));
                for (int times = 2; times <= 8; times *= 2) {
                    row.add(row(text, tuning, model, architecture.apply(times), times));
                }
                System.out.printf("%-16s %s%n", name, String.join("   ", row));
            });
        }
    }

    private static String row(CharacterGpt text, int tuning, Transformer model, Architecture longer, int times) {
        int length = times * LENGTH;
        try (Transformer copy = CharacterGpt.as(longer, model)) {
            double before = text.judge(copy, length);
            text.train(copy, new Learning(tuning, RATE / 10, Math.max(1, BATCH / times), length));
            return String.format(Locale.ROOT, "%d: %.3f / %.3f", length, before, text.judge(copy, length));
        }
    }
}
