package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// While it learns, a model is shown its own tokens in place of right ones, ever more of them, as it will have
/// only its own when it writes.
///
///     z_t = y_t with chance ε(step), else argmax_v p(v | source, y before t)        loss as of −log p(y_t | z
///     before
/// t)
///
/// Two passes (Mihaylova & Martins 2019), since a Transformer learns all positions at once: the first, without
/// dropout and gradient, says what the model would write behind the right beginning; the second learns from the
/// mixture. It costs a forward pass more.
///
/// @param decay how ε falls
/// @param steps k, how fast it falls
/// @param least below which ε does not fall
@Source(paper = "Scheduled Sampling for Sequence Prediction with Recurrent Neural Networks", arxiv = "1506.03099")
public record ScheduledSampling(
        @Default("\"inverse-sigmoid\"") Decay decay,
        int steps,
        @Default("0.0") double least) {
    public static final ScheduledSampling EXAMPLE = new ScheduledSampling(Decay.INVERSE_SIGMOID, 7, 0.5);

    /// How the chance of a right token falls, at step i.
    public enum Decay {
        /// 1 − i / k
        LINEAR {
            @Override
            double of(double i, double k) {
                return 1 - i / k;
            }
        },
        /// e^(−i / k)
        EXPONENTIAL {
            @Override
            double of(double i, double k) {
                return Math.exp(-i / k);
            }
        },
        /// k / (k + e^(i / k))
        INVERSE_SIGMOID {
            @Override
            double of(double i, double k) {
                return k / (k + Math.exp(i / k));
            }
        };

        abstract double of(double i, double k);
    }

    public ScheduledSampling {
        if (steps < 1) {
            throw new IllegalArgumentException("steps must be at least 1, not " + steps);
        }
        if (!(least >= 0 && least <= 1)) {
            throw new IllegalArgumentException("least " + least + " is outside [0, 1]");
        }
    }

    /// The chance that a right token is shown.
    double chance(long step) {
        return Math.max(least, decay.of(step, steps));
    }

    /// The batch with some of the targets' tokens the model's own.
    Batch mixed(Transformer model, Batch batch, Context context) {
        Tokens target = (Tokens) batch.inputs().target().orElseThrow();
        Tensor right = target.ids(); // [B, T]
        long length = target.length();
        Tensor own;
        try (NoGradient _ = NoGradient.open()) {
            Tensor guesses = model.forward(batch.inputs(), Context.inference()).argmax(-1); // [B, T]
            own = Tensor.cat(1, right.narrow(1, 0, 1), guesses.narrow(1, 0, length - 1));
        }
        Tensor shown = context.random()
                .orElseThrow()
                .uniform(Shape.of(target.batch(), length), 0, 1)
                .to(right.device());
        Tensor mixed = right.where(shown.lt(chance(context.step())), own);
        return new Batch(
                Inputs.of(
                        batch.inputs().source(),
                        new Tokens(mixed, target.keep(), target.segments(), target.positions())),
                batch.answers(),
                batch.tokens(),
                batch.answered());
    }
}
