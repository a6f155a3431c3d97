package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorList;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Momentum made orthogonal: each matrix [R, C] inside the blocks moves by about the nearest matrix whose
/// singular values are all 1, found by five Newton-Schulz iterations.
///
///     m ← μ m + (1 − μ) g      X ← ((1 − μ) g + μ m) / ‖·‖      5 times: A ← X Xᵀ,  X ← a X + (b A + c A²) X
///     θ ← θ − η (s X + λ θ)
///
/// with a, b, c = 3.4445, −4.7750, 2.0315. The height s is 0.2 √max(R, C), which makes steps as large as
/// AdamW's so that one rate serves both (Liu et al. 2025, arXiv 2502.16982), or √max(1, R / C), the first form.
/// Embeddings, heads, norms, biases and all else that is not a matrix inside a block move by `rest`.
///
/// Remembers 1 number for a weight in such a matrix, half of AdamW. Costs 5 (4 R² C + 2 R³) operations a matrix
/// of R ≤ C and a step: about a tenth of a training step on 16,000 tokens.
@Source(
        paper = "Muon: An optimizer for hidden layers in neural networks",
        reference = "Jordan et al., kellerjordan.github.io/posts/muon, 2024")
public record Muon(
        @Default("0.95") double momentum,
        @Default("\"as-adam\"") Height height,
        @Default("0.1") double decay,
        @Default("{\"beta2\": 0.95, \"epsilon\": 1e-8}") AdamW rest)
        implements Optimizer {
    public static final Muon EXAMPLE = new Muon(0.95, Height.AS_ADAM, 0.1, new AdamW(0.9, 0.95, 1e-8, 0.1));

    /// How large a step of an orthogonal matrix is.
    public enum Height {
        AS_ADAM,
        BY_SHAPE;

        double of(long rows, long columns) {
            return switch (this) {
                case AS_ADAM -> 0.2 * Math.sqrt(Math.max(rows, columns));
                case BY_SHAPE -> Math.sqrt(Math.max(1, (double) rows / columns));
            };
        }
    }

    public Muon {
        Checks.share("momentum", momentum);
        Checks.atLeastZero("decay", decay);
    }

    /// A matrix inside a numbered block, such as `decoder.0.attention.query.weight`, but for tables of
    /// positions.
    private static boolean orthogonal(Parameter weight) {
        return weight.shape().rank() == 2 && weight.name().matches("(?!.*\\.position\\.).*\\.\\d+\\..*(?<!\\.bias)");
    }

    private Rule rule(Parameter weight) {
        return orthogonal(weight) ? new Orthogonal(this) : rest.rule();
    }

    @Override
    public long numbers(Parameter weight) {
        return rule(weight).numbers(weight);
    }

    @Override
    public Optimizer.Built build(List<Parameter> weights, Function<Parameter, Treatment> treatments) {
        return new Working(weights, treatments, this::rule);
    }

    private record Orthogonal(Muon value) implements Rule {
        private static final String MEAN = "mean";
        private static final double A = 3.4445;
        private static final double B = -4.7750;
        private static final double C = 2.0315;

        @Override
        public Map<String, Shape> keeps(Shape weight) {
            return Map.of(MEAN, weight);
        }

        @Override
        public double decay() {
            return value.decay;
        }

        @Override
        public void step(Moved moved, double rate, double decay) {
            TensorList mean = moved.kept(MEAN).lerp_(moved.gradients(), 1 - value.momentum);
            List<Tensor> ahead = moved.gradients().lerp(mean, value.momentum).each();
            if (decay > 0) {
                moved.weights().mul_(1 - rate * decay);
            }
            for (int i = 0; i < ahead.size(); i++) {
                Tensor weight = moved.each().get(i); // [R, C]
                double height = value.height.of(weight.size(0), weight.size(1));
                weight.add_(orthogonal(ahead.get(i)), -rate * height);
            }
        }

        /// About U Vᵀ of the matrix U S Vᵀ.
        private static Tensor orthogonal(Tensor matrix) {
            boolean tall = matrix.size(0) > matrix.size(1);
            Tensor x = tall ? matrix.transpose(0, 1) : matrix; // [R, C] with R ≤ C
            x = x.div(x.norm().add_(1e-7));
            for (int i = 0; i < 5; i++) {
                Tensor a = x.matmul(x.transpose(0, 1)); // [R, R]
                x = x.addmm(a.addmm(a, a, B, C), x, A, 1); // [R, C]
            }
            return tall ? x.transpose(0, 1) : x;
        }
    }
}
