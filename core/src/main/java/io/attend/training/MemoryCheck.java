package io.attend.training;

import com.sun.management.OperatingSystemMXBean;
import io.attend.architecture.Architecture;
import io.attend.architecture.Topology;
import io.attend.cost.Costs;
import io.attend.tensor.DType;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// Refuses a model that the machine has no memory to train, before the operating system ends the process for
/// it.
final class MemoryCheck {
    private MemoryCheck() {}

    /// The model itself, before it is made.
    static void ofModel(Architecture architecture, Recipe recipe) {
        double memory = memory();
        Costs least = costs(architecture, recipe, 1, 1);
        double needed = (double) least.weightBytes() + least.gradientBytes() + least.optimizerBytes();
        if (needed > memory) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a model of %,d parameters takes %,.1f GB to train with its gradients and optimizer, but the machine has"
                            + " %,.1f GB; make model.layers, model.width or model.hidden smaller",
                    least.parameters(),
                    needed / 1e9,
                    memory / 1e9));
        }
    }

    /// A step from the longest examples.
    ///
    /// @param lengths of the examples to learn from
    static void ofStep(Architecture architecture, Recipe recipe, List<Integer> lengths) {
        double memory = memory();
        int part = Math.ceilDiv(Math.min(recipe.batch(), lengths.size()), recipe.accumulate());
        int longest = Collections.max(lengths);
        Costs step = costs(architecture, recipe, part, longest);
        if (step.trainingBytes() > memory) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a step of %,d examples of up to %,d tokens takes about %,.1f GB, but the machine has %,.1f GB; give"
                            + " accumulate=%d for the same gradient in smaller parts, or a smaller batch, shorter examples or a"
                            + " smaller model",
                    part,
                    longest,
                    step.trainingBytes() / 1e9,
                    memory / 1e9,
                    recipe.accumulate() * Math.ceilDiv(step.trainingBytes(), (long) memory)));
        }
    }

    private static double memory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    private static Costs costs(Architecture architecture, Recipe recipe, int batch, int length) {
        return Costs.of(
                architecture, Topology.Sizes.batch(batch).length(length), DType.FLOAT32, recipe.optimizer()::numbers);
    }
}
