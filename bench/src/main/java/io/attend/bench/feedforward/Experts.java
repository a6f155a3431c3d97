package io.attend.bench.feedforward;

import com.sun.management.OperatingSystemMXBean;
import io.attend.activation.Silu;
import io.attend.feedforward.FeedForward;
import io.attend.feedforward.GatedFeedForward;
import io.attend.feedforward.MixtureOfExperts;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.router.TopKRouter;
import io.attend.router.UnlimitedCapacity;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/// What a token costs as experts grow in number, 2 of X for each, beside one feed-forward twice as wide that
/// does the same work: parameters, operations a token, and processor time a token, the least of ten passes
/// forward and of ten forward and backward; width 256, hidden 512, gated, 4,096 tokens, float32, one thread.
///
///     bench/run io.attend.bench.feedforward.Experts
public final class Experts {
    private static final int WIDTH = 256;
    private static final int HIDDEN = 512;
    private static final int CHOICES = 2;
    private static final int BATCH = 8;
    private static final int LENGTH = 512;
    private static final int PASSES = 10;

    private Experts() {}

    public static void main(String[] arguments) {
        Threads.use(1);
        System.out.printf(
                "%-10s %12s %14s %16s %22s%n",
                "experts", "parameters", "FLOPs a token", "forward, µs", "with backward, µs");
        measure("dense", gated(CHOICES * HIDDEN)); // warms the machine up as well
        measure("dense", gated(CHOICES * HIDDEN));
        for (int experts : new int[] {4, 8, 16, 32, 64}) {
            TopKRouter router = new TopKRouter(CHOICES, TopKRouter.Gates.RENORMALIZED, new UnlimitedCapacity());
            measure(Integer.toString(experts), new MixtureOfExperts(experts, router, gated(HIDDEN)));
        }
    }

    private static FeedForward gated(int hidden) {
        return new GatedFeedForward(hidden, new Silu(), Bias.NONE, 0);
    }

    private static void measure(String name, FeedForward value) {
        Parameters parameters = Parameters.root();
        Layer layer = value.build(parameters, WIDTH);
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1)) {
            for (Parameter parameter : parameters.all()) {
                parameter.fill(parameter.initializer().make(parameter.shape(), random));
            }
            Tensor x = random.normal(Shape.of(BATCH, LENGTH, WIDTH), 0, 1);
            long count =
                    parameters.all().stream().mapToLong(p -> p.shape().count()).sum();
            double tokens = BATCH * LENGTH;
            System.out.printf(
                    Locale.ROOT,
                    "%-10s %,12d %,14.0f %16.2f %22.2f%n",
                    name,
                    count,
                    layer.cost(Load.batch(BATCH).length(LENGTH)).flops() / tokens,
                    least(parameters, layer, x, false) / tokens,
                    least(parameters, layer, x, true) / tokens);
        }
        parameters.close();
    }

    /// Microseconds this process computes for a pass, which other processes do not lengthen as they do the
    /// time on the wall.
    private static double least(Parameters parameters, Layer layer, Tensor x, boolean learns) {
        parameters.all().forEach(parameter -> parameter.tensor().requiresGrad(learns));
        double least = Double.MAX_VALUE;
        for (int pass = 0; pass < PASSES; pass++) {
            long start = processor();
            try (Lifetime _ = Lifetime.open()) {
                Tensor y = layer.forward(x, Context.inference());
                if (learns) {
                    y.sum().backward();
                }
            }
            least = Math.min(least, (processor() - start) / 1e3);
            parameters.all().forEach(parameter -> parameter.tensor().clearGrad());
        }
        return least;
    }

    private static long processor() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
