package io.attend.training;

import com.sun.management.OperatingSystemMXBean;
import io.attend.architecture.Architecture;
import io.attend.architecture.Topology;
import io.attend.cost.Costs;
import io.attend.tensor.DType;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/// Refuses a model that the machine has no memory to train, before the operating system ends the process for
/// it.
final class MemoryCheck {
    private MemoryCheck() {}

    static void of(Architecture architecture, Recipe recipe) {
        Costs least =
                Costs.of(architecture, Topology.Sizes.batch(1).length(1), DType.FLOAT32, recipe.optimizer()::numbers);
        double needed = (double) least.weightBytes() + least.gradientBytes() + least.optimizerBytes();
        OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        double memory = machine.getTotalMemorySize();
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
}
