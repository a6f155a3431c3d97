package io.attend.bench.architecture;

import com.sun.management.OperatingSystemMXBean;
import io.attend.activation.Gelu;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Residual;
import io.attend.architecture.Reversible;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Streams;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.Site;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Recompute;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What a training pass (forward and backward) of a stack needs by its depth: blocks that keep their
/// activations, blocks that are computed again one by one (activation checkpointing), and reversible blocks.
/// Peak memory beyond the weights, and processor time, the least of three; width 256, 4 heads, hidden 1,024, 4
/// texts of 512 tokens, causal, dropout 0.1, float32, one thread, each way and depth in a process of its own.
///
///     bench/run io.attend.bench.architecture.Depth
public final class Depth {
    private static final int WIDTH = 256;
    private static final int BATCH = 4;
    private static final int LENGTH = 512;
    private static final int PASSES = 3;
    private static final List<Integer> DEPTHS = List.of(4, 8, 16, 32);
    private static final List<Place> PLACES = List.of(new Place("attention"), new Place("feed"));

    private Depth() {}

    private enum Way {
        KEPT,
        CHECKPOINTED,
        REVERSIBLE;

        Residual residual() {
            return this == REVERSIBLE ? new Reversible(Streams.AVERAGED, 0.1) : new PreNorm(0.1);
        }

        Tensor through(List<Residual.Built> blocks, Tensor x, Context context) {
            switch (this) {
                case KEPT -> {
                    for (Residual.Built block : blocks) {
                        x = block.forward(x, PLACES, context);
                    }
                }
                case CHECKPOINTED -> {
                    Recompute.Parts whole = new Recompute.Parts(0, BATCH, BATCH);
                    for (Residual.Built block : blocks) {
                        x = context.recomputed(
                                (given, _, _) -> block.forward(given.getFirst(), PLACES, context), whole, List.of(x));
                    }
                }
                case REVERSIBLE -> {
                    List<Context.Turn> turns = blocks.stream()
                            .flatMap(block -> block.turns(PLACES).stream())
                            .toList();
                    x = context.reversed(turns, Tensor.cat(-1, x, x), (_, _) -> {});
                }
            }
            return x;
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 2) {
            measure(Way.valueOf(arguments[0]), Integer.parseInt(arguments[1]));
            return;
        }
        System.out.printf("%-14s %6s %10s %12s%n", "blocks", "depth", "peak MB", "ms a pass");
        for (Way way : Way.values()) {
            for (int depth : DEPTHS) {
                ProcessBuilder process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xms64m",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Depth.class.getName(),
                        way.name(),
                        Integer.toString(depth));
                process.environment().put("MALLOC_MMAP_THRESHOLD_", "1000000"); // so that what is freed is given back
                process.inheritIO().start().waitFor();
            }
        }
    }

    private static void measure(Way way, int depth) throws IOException {
        Threads.use(1);
        Parameters parameters = Parameters.root();
        List<Residual.Built> blocks = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            blocks.add(block(way.residual(), parameters.in(Integer.toString(i))));
        }
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1)) {
            for (Parameter parameter : parameters.all()) {
                parameter.fill(
                        parameter.initializer().make(parameter.shape(), random).requiresGrad(true));
            }
            Tensor x = random.normal(Shape.of(BATCH, LENGTH, WIDTH), 0, 1).requiresGrad(true);
            long before = memory("VmRSS");
            double[] times = new double[PASSES];
            for (int pass = 0; pass < PASSES; pass++) {
                long start = processor();
                try (Lifetime _ = Lifetime.open()) {
                    way.through(blocks, x, Context.training(random))
                            .square()
                            .mean()
                            .backward();
                }
                times[pass] = (processor() - start) / 1e6;
                x.clearGrad();
                parameters.all().forEach(parameter -> parameter.tensor().clearGrad());
            }
            Arrays.sort(times);
            System.out.printf(
                    Locale.ROOT,
                    "%-14s %6d %10d %12.0f%n",
                    way.name().toLowerCase(Locale.ROOT),
                    depth,
                    memory("VmHWM") - before,
                    times[0]);
        }
        parameters.close();
    }

    private static Residual.Built block(Residual residual, Parameters parameters) {
        Site site = Site.width(WIDTH);
        SelfAttention attention =
                new SelfAttention(SoftmaxAttention.of(Heads.of(4)).masked(new Causal()));
        Feed feed = new Feed(new DenseFeedForward(4 * WIDTH, new Gelu(), Bias.ADDED, 0));
        return residual.build(
                parameters,
                List.of(
                        new Residual.Branch(
                                "attention", attention.build(parameters.in("attention"), site), (y, _) -> y),
                        new Residual.Branch("feed", feed.build(parameters.in("feed"), site), (y, _) -> y)),
                LayerNorm.EXAMPLE,
                WIDTH);
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
