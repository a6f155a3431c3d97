package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.Tensor.Axis;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Adam that keeps, of the squared gradients of a matrix [R, C], only the means of its rows and columns.
///
///     β = 1 − t^(−decline)
///     r ← β r + (1 − β) mean_C(g² + ε)      c ← β c + (1 − β) mean_R(g² + ε)      v = r cᵀ / mean(r)
///     u = g / √v      u ← u / max(1, rms(u) / clip)      α = η · max(10⁻³, rms(θ)), or η
///     θ ← θ − α (m + λ θ)      with m = u, or m ← β₁ m + (1 − β₁) u
///
/// Vectors keep v whole. With `relative` steps α follows the size of the weight; the paper's rate for it is the
/// schedule [io.attend.schedule.RelativeStep]. Remembers R + C numbers for a matrix instead of R C, and as many
/// as there are weights for `beta1` above 0. Names: our `decline` is the paper's decay rate (Hugging Face's
/// `decay_rate` without its sign), `step` its `scale_parameter`, `decay` its `weight_decay`.
@Source(paper = "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", arxiv = "1804.04235")
public record Adafactor(
        @Default("\"relative\"") Step step,
        @Default("0.8") double decline,
        @Default("0.0") double beta1,
        @Default("1.0") double clip,
        @Default("0.0") double decay)
        implements Optimizer {
    public static final Adafactor EXAMPLE = new Adafactor(Step.RELATIVE, 0.8, 0, 1, 0);

    private static final double EPSILON = 1e-30;
    private static final double LEAST_SIZE = 1e-3;

    /// What the learning rate is measured in.
    public enum Step {
        /// Shares of the size of each weight.
        RELATIVE,
        /// Itself.
        ABSOLUTE
    }

    public Adafactor {
        if (!(decline > 0 && decline <= 1)) {
            throw new IllegalArgumentException("decline " + decline + " is outside (0, 1]");
        }
        if (!(clip > 0)) {
            throw new IllegalArgumentException("clip must be positive, not " + clip);
        }
        Checks.share("beta1", beta1);
        Checks.atLeastZero("decay", decay);
    }

    @Override
    public long numbers(Parameter weight) {
        return new Factored(this).numbers(weight);
    }

    @Override
    public Optimizer.Built build(List<Parameter> weights, Function<Parameter, Treatment> treatments) {
        Rule rule = new Factored(this);
        return new Working(weights, treatments, _ -> rule);
    }

    private record Factored(Adafactor value) implements Rule {
        private static final String ROW = "row";
        private static final String COLUMN = "column";
        private static final String VARIANCE = "variance";
        private static final String MEAN = "mean";

        @Override
        public Map<String, Shape> keeps(Shape weight) {
            Map<String, Shape> kept = new LinkedHashMap<>();
            int rank = weight.rank();
            if (rank > 1) {
                long[] sizes = weight.toArray();
                kept.put(ROW, Shape.of(Arrays.copyOf(sizes, rank - 1)));
                long[] column = Arrays.copyOf(sizes, rank - 1);
                column[rank - 2] = sizes[rank - 1];
                kept.put(COLUMN, Shape.of(column));
            } else {
                kept.put(VARIANCE, weight);
            }
            if (value.beta1 > 0) {
                kept.put(MEAN, weight);
            }
            kept.put(STEPS, Shape.of());
            return kept;
        }

        @Override
        public double decay() {
            return value.decay;
        }

        @Override
        public void step(Moved moved, double rate, double decay) {
            for (int i = 0; i < moved.each().size(); i++) {
                Tensor weight = moved.each().get(i);
                Tensor size = value.step == Step.RELATIVE
                        ? rms(weight).clampMin(LEAST_SIZE).mul_(rate) // α
                        : Tensor.full(Shape.of(), rate, DType.FLOAT32);
                Tensor update = update(moved, i); // g / √v
                Tensor height = size.div(rms(update).mul_(1 / value.clip).clampMin(1));
                if (decay > 0) {
                    weight.mul_(size.mul(-decay).add_(1));
                }
                if (value.beta1 > 0) {
                    weight.add_(moved.kept(i, MEAN).lerp_(update.mul_(height), 1 - value.beta1), -1);
                } else {
                    weight.addcmul_(update, height, -1);
                }
            }
        }

        private Tensor update(Moved moved, int i) {
            Tensor gradient = moved.gradient(i);
            Tensor squared = gradient.square();
            Tensor share = moved.kept(i, STEPS).pow(-value.decline); // 1 − β
            if (gradient.rank() < 2) {
                Tensor variance = moved.kept(i, VARIANCE).lerp_(squared.add_(EPSILON), share);
                return variance.rsqrt().mul_(gradient);
            }
            Tensor row = moved.kept(i, ROW).lerp_(squared.mean(-1, Axis.DROPPED).add_(EPSILON), share); // [R]
            Tensor column =
                    moved.kept(i, COLUMN).lerp_(squared.mean(-2, Axis.DROPPED).add_(EPSILON), share); // [C]
            Tensor rows = row.div(row.mean(-1, Axis.KEPT)).rsqrt().unsqueeze(-1); // [R, 1]
            return gradient.mul(rows).mul_(column.rsqrt().unsqueeze(-2)); // [R, C]
        }

        private static Tensor rms(Tensor tensor) {
            return tensor.norm().mul_(1 / Math.sqrt(tensor.count()));
        }
    }
}
