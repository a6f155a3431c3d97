package io.attend.bench.training;

import io.attend.checkpoint.RunFolder;
import io.attend.schedule.Schedule;
import io.attend.tensor.Threads;
import io.attend.training.Recipe;
import io.attend.training.Trainer;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Seconds and held-out loss of the recipe shakespeare-char, and of a plain program for the same model, data,
/// schedule and number of steps, one after the other:
///
///     bench/run io.attend.bench.training.Shakespeare input.txt [THREADS]
public final class Shakespeare {
    private Shakespeare() {}

    public static void main(String[] arguments) throws IOException {
        int threads = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        String text = Files.readString(Path.of(arguments[0]));
        Recipe recipe = Recipe.parse(
                shipped(), List.of("data.path=" + Path.of(arguments[0]).toAbsolutePath(), "threads=" + threads));
        Path folder = Files.createTempDirectory("shakespeare");
        try {
            long began = System.nanoTime();
            Trainer.Outcome outcome = new Trainer(recipe, RunFolder.create(folder), Progress.silent()).run();
            double perplexity = outcome.measures().get("perplexity");
            report("Attend", began, Math.log(perplexity));
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(java.util.Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
        plain(text, recipe, threads);
    }

    private static String shipped() throws IOException {
        try (var in = Shakespeare.class.getResourceAsStream("/io/attend/app/recipes/shakespeare-char.yaml")) {
            return new String(java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void plain(String text, Recipe recipe, int threads) {
        Threads.use(threads);
        int[] alphabet = text.codePoints().distinct().sorted().toArray();
        int[] ids = text.codePoints()
                .map(letter -> java.util.Arrays.binarySearch(alphabet, letter))
                .toArray();
        int border = (int) (ids.length * 0.9);
        long began = System.nanoTime();
        try (PlainGpt model = new PlainGpt(alphabet.length, 4, 128, 4, 64, 0.1)) {
            int[] training = java.util.Arrays.copyOf(ids, border);
            SplittableRandom random = new SplittableRandom(1);
            Schedule schedule = recipe.schedule();
            for (int step = 1; step <= recipe.steps(); step++) {
                model.step(training, recipe.batch(), schedule.rate(step, recipe.steps()), random);
            }
            report("plain", began, model.judge(java.util.Arrays.copyOfRange(ids, border, ids.length)));
        }
    }

    private static void report(String who, long began, double loss) {
        System.out.printf(
                Locale.ROOT, "%-6s  %.1f s  held-out loss %.4f%n", who, (System.nanoTime() - began) / 1e9, loss);
    }
}
