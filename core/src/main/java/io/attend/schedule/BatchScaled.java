package io.attend.schedule;

import io.attend.value.Default;
import io.attend.value.Source;

/// Another schedule, scaled to a batch of another size than the one it was tuned for.
///
///     rate(t) = schedule(t) · k     or, by the square root, schedule(t) · √k,     k = batch / batch it was
///     tuned for
///
/// Linear is the rule for SGD (Goyal et al. 2017), the square root the one for optimizers that divide by the
/// size of gradients, Adam among them (Malladi et al. 2022). Names: our `times` is the paper's k.
@Source(paper = "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", arxiv = "1706.02677")
public record BatchScaled(
        Schedule schedule,
        double times,
        @Default("\"linear\"") Rule rule) implements Schedule {
    public static final BatchScaled EXAMPLE = new BatchScaled(Linear.EXAMPLE, 4, Rule.SQUARE_ROOT);

    /// How the rate follows the size of the batch.
    public enum Rule {
        LINEAR,
        SQUARE_ROOT
    }

    public BatchScaled {
        Rates.positive("times", times);
    }

    @Override
    public double rate(long step, long steps) {
        return schedule.rate(step, steps) * (rule == Rule.LINEAR ? times : Math.sqrt(times));
    }
}
