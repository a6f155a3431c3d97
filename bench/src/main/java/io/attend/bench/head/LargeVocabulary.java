package io.attend.bench.head;

import com.sun.management.OperatingSystemMXBean;
import io.attend.embedding.DenseTable;
import io.attend.head.AdaptiveHead;
import io.attend.head.ChunkedHead;
import io.attend.head.Head;
import io.attend.head.HierarchicalHead;
import io.attend.head.LinearHead;
import io.attend.head.NoiseContrastiveHead;
import io.attend.head.SampledHead;
import io.attend.head.Tying;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/// Parameters, processor time of a step (forward and backward, the median) and peak memory of every head that
/// knows 100,000 words, each in a process of its own: width 512, 512 positions, one thread, words drawn by
/// Zipf's law. The full softmax is there three times: as it is, taken in chunks by its loss; with a soft cap,
/// which makes all logits; and with that cap in a [ChunkedHead], which makes them twice, a few at a time.
///
///     bench/run io.attend.bench.head.LargeVocabulary
public final class LargeVocabulary {
    private static final int VOCABULARY = 100_000;
    private static final int WIDTH = 512;
    private static final int POSITIONS = 512;
    private static final int STEPS = 5;

    private LargeVocabulary() {}

    private static Map<String, Head> heads() {
        Map<String, Head> heads = new LinkedHashMap<>();
        heads.put("full", new LinearHead(VOCABULARY, Bias.ADDED));
        Head capped = new LinearHead(VOCABULARY, Bias.ADDED).softCap(30);
        heads.put("capped", capped);
        heads.put("capped, chunked", new ChunkedHead(capped, 128));
        heads.put("adaptive", new AdaptiveHead(VOCABULARY, List.of(2_000, 20_000), 4, Bias.NONE));
        heads.put("hierarchical", new HierarchicalHead(counts(), Bias.ADDED));
        heads.put("sampled", new SampledHead(8192, Tying.OWN));
        heads.put("noise-contrastive", new NoiseContrastiveHead(8192, Tying.OWN));
        return heads;
    }

    private static List<Long> counts() {
        return LongStream.rangeClosed(1, VOCABULARY)
                .mapToObj(rank -> 10_000_000 / rank)
                .toList();
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 1) {
            measure(arguments[0]);
            return;
        }
        System.out.printf("%-18s %12s %10s %12s%n", "head", "parameters", "ms a step", "peak MB");
        for (String name : heads().keySet()) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-Xmx512m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    LargeVocabulary.class.getName(),
                    name));
            new ProcessBuilder(command).inheritIO().start().waitFor();
        }
    }

    private static void measure(String name) throws IOException {
        Threads.use(1);
        Head head = java.util.Objects.requireNonNull(heads().get(name));
        Parameters parameters = Parameters.root();
        Parameters aside = Parameters.root(); // a table only to know the vocabulary by
        Head.Built built = head.build(
                parameters,
                WIDTH,
                Optional.of(new DenseTable(VOCABULARY).build(aside.in("table"), WIDTH, Optional.empty())));
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1)) {
            for (Parameter parameter : parameters.all()) {
                parameter.fill(
                        parameter.initializer().make(parameter.shape(), random).requiresGrad(true));
            }
            Tensor vectors = random.normal(Shape.of(1, POSITIONS, WIDTH), 0, 1).requiresGrad(true);
            Tensor answers = Tensor.of(words(), 1, POSITIONS);
            long before = memory("VmRSS");
            double[] times = new double[STEPS];
            for (int step = 0; step < STEPS; step++) {
                long start = processor();
                try (Lifetime _ = Lifetime.open()) {
                    built.loss(vectors, answers, 0, Context.training(random)).backward();
                }
                times[step] = (processor() - start) / 1e6;
                vectors.clearGrad();
                parameters.all().forEach(parameter -> parameter.tensor().clearGrad());
            }
            Arrays.sort(times);
            long count = parameters.all().stream()
                    .mapToLong(parameter -> parameter.shape().count())
                    .sum();
            System.out.printf(
                    Locale.ROOT,
                    "%-18s %,12d %10.0f %12d%n",
                    name,
                    count,
                    times[STEPS / 2],
                    memory("VmHWM") - before + count * 4 / 1_000_000);
        }
        parameters.close();
    }

    private static long[] words() {
        SplittableRandom random = new SplittableRandom(7);
        return random.doubles(POSITIONS)
                .mapToLong(u -> (long) Math.min(VOCABULARY - 1, Math.exp(u * Math.log(VOCABULARY + 1.0)) - 1))
                .toArray();
    }

    /// Nanoseconds this process has computed, which other processes do not lengthen as they do the time on
    /// the wall.
    private static long processor() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    /// Megabytes, as the operating system counts them.
    private static long memory(String what) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(what))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1000)
                .findFirst()
                .orElseThrow();
    }
}
