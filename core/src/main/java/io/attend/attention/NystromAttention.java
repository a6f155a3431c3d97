package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// Attention through a few landmarks, the Nyström approximation of the whole softmax matrix.
///
///     Y = softmax(Q K̃ᵀ) Z softmax(Q̃ Kᵀ) V + conv(V)        Z ≈ softmax(Q̃ K̃ᵀ)⁺
///     Z ← Z/4 (13 I − A Z (15 I − A Z (7 I − A Z)))          A = softmax(Q̃ K̃ᵀ), so many times
///
/// x [B, T, E]; Q, K [B, H, T, D], each over D^¼; landmarks Q̃, K̃ [B, H, m, D], the means of m stretches of
/// the text that are as equal as can be → Y [B, T, E]. Time and memory O(T·m·H·D), linear in T, and O(m³) for
/// the inverse. A text of at most m positions has each as a landmark, and its attention is exact. It looks in
/// both directions. Names: our `kernel` is Hugging Face's `conv_kernel_size`, a depthwise convolution over each
/// head's values along the text; the paper's n is our T.
///
/// @param heads H and D
/// @param landmarks m
/// @param kernel positions the convolution of values sees, odd; none if absent
/// @param iterations towards the inverse
/// @param start what Z begins as a multiple of Aᵀ with
/// @param padding whether landmarks and convolution see what is padding
@Source(paper = "Nyströmformer: A Nyström-Based Algorithm for Approximating Self-Attention", arxiv = "2102.03902")
public record NystromAttention(
        Heads heads,
        int landmarks,
        OptionalInt kernel,
        @Default("6") int iterations,
        @Default("\"each\"") Start start,
        @Default("\"hidden\"") Padding padding)
        implements Attention {
    public static final NystromAttention EXAMPLE = of(Heads.of(2), 3);
    public static final NystromAttention CONVOLVED = of(Heads.of(2).size(3), 2).kernel(5);
    public static final NystromAttention EXACT = of(Heads.of(2), 53);

    /// What scales the first guess of the inverse, so that the iteration converges.
    public enum Start {
        /// The largest column sum of each matrix, which converges faster.
        EACH,
        /// The largest of the whole batch, as the authors' and Hugging Face's code has it: rows of a batch then
        /// change each other a little.
        BATCH
    }

    /// What landmarks and the convolution see where a text is padded.
    public enum Padding {
        /// Nothing, so that a text's result is the same however it is padded.
        HIDDEN,
        /// The vectors that stand there, as in Hugging Face's.
        SEEN
    }

    public NystromAttention {
        if (landmarks < 1) {
            throw new IllegalArgumentException("landmarks must be at least 1, not " + landmarks);
        }
        if (kernel.isPresent() && (kernel.getAsInt() < 1 || kernel.getAsInt() % 2 == 0)) {
            throw new IllegalArgumentException("kernel must be odd, so that it has a middle, not " + kernel.getAsInt());
        }
        if (heads.keyValueCount() != heads.count()) {
            throw new IllegalArgumentException("Nyström attention has as many key-value heads as query heads: "
                    + heads.count() + ", not " + heads.keyValueCount());
        }
        if (iterations < 1 || iterations > 100) {
            throw new IllegalArgumentException("iterations must be from 1 to 100, not " + iterations);
        }
    }

    /// As the paper has it, without a convolution.
    public static NystromAttention of(Heads heads, int landmarks) {
        return new NystromAttention(heads, landmarks, OptionalInt.empty(), 6, Start.EACH, Padding.HIDDEN);
    }

    public NystromAttention kernel(int positions) {
        return new NystromAttention(heads, landmarks, OptionalInt.of(positions), iterations, start, padding);
    }

    public NystromAttention iterations(int count) {
        return new NystromAttention(heads, landmarks, kernel, count, start, padding);
    }

    public NystromAttention start(Start how) {
        return new NystromAttention(heads, landmarks, kernel, iterations, how, padding);
    }

    public NystromAttention padding(Padding how) {
        return new NystromAttention(heads, landmarks, kernel, iterations, start, how);
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public Growth growth() {
        return Growth.LINEAR;
    }

    @Override
    public Attention typical(int count, long length) {
        return new NystromAttention(Heads.of(count), 64, kernel, iterations, start, padding);
    }

    @Override
    public Layer self(Parameters parameters, Site site) {
        return new Built(this, parameters, site.width());
    }

    private static final class Built implements Layer {
        private final NystromAttention value;
        private final Projections projections;
        private final Optional<Parameter> kernel;

        Built(NystromAttention value, Parameters parameters, int width) {
            this.value = value;
            this.projections = new Projections(parameters, value.heads, ProjectionBias.ADDED, width);
            this.kernel = value.kernel.stream()
                    .mapToObj(positions -> parameters
                            .in("convolution")
                            .weight(
                                    "weight",
                                    Shape.of(value.heads.count(), positions),
                                    Initializer.normal(1 / Math.sqrt(positions))))
                    .findFirst();
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Optional<Tensor> keep = context.keep();
            Optional<Tensor> counted = value.padding == Padding.HIDDEN ? keep : Optional.empty();
            double scale = Math.pow(projections.size, -0.25);
            Tensor queries = wide(projections.queries(x)).mul(scale); // [B, H, T, D]
            Tensor keys = wide(projections.keys(x)).mul(scale);
            Tensor values = wide(projections.values(x));
            Landmarks landmarks = Landmarks.of(value.landmarks, x.size(1), counted, context);
            Tensor means = landmarks.means(queries.dtype()); // [B, 1, m, T]
            Tensor marked = means.matmul(queries); // [B, H, m, D]
            Tensor padding = keep.map(kept -> kept.logicalNot().unsqueeze(1).unsqueeze(1))
                    .orElseGet(() -> Tensor.zeros(Shape.of(1, 1, 1, x.size(1)), DType.BOOL)
                            .to(x.device()));
            Tensor seen = softmax(marked.matmul(keys.transpose(2, 3)), padding); // [B, H, m, T]
            Tensor own = landmarks.own().to(queries.dtype()); // [B, 1, T, m]
            Tensor gathered = seen.matmul(values); // [B, H, m, D]
            Tensor y;
            if (landmarks.exact()) {
                y = own.matmul(gathered); // [B, H, T, D]
                if (context.wantsAttention()) {
                    context.show("attention", own.matmul(seen).to(x.dtype())); // [B, H, T, T]
                }
            } else {
                Tensor markedKeys = means.matmul(keys).transpose(2, 3); // [B, H, D, m]
                Tensor missing = landmarks.missing(); // [B, 1, 1, m]
                Tensor identity = landmarks.identity(queries.dtype());
                Tensor between = softmax(marked.matmul(markedKeys), missing)
                        .maskedFill(missing.transpose(2, 3), 0)
                        .add(identity.mul(missing.to(queries.dtype()))); // [B, H, m, m]
                Tensor inverse = identity.where(landmarks.single(), inverse(between, identity));
                Tensor ways = own.where(landmarks.single(), softmax(queries.matmul(markedKeys), missing));
                if (context.wantsAttention()) {
                    context.show("attention", ways.matmul(inverse).to(x.dtype())); // [B, H, T, m]
                }
                y = ways.matmul(inverse.matmul(gathered)); // [B, H, T, D]
            }
            if (kernel.isPresent()) {
                Tensor visible = counted.isPresent() ? values.maskedFill(padding.transpose(2, 3), 0) : values;
                y = y.add(convolved(visible, kernel.get().tensor().to(values.dtype())));
            }
            return projections.output(y.to(x.dtype())); // [B, T, E]
        }

        /// Zeros where all is hidden.
        private static Tensor softmax(Tensor scores, Tensor hidden) {
            return scores.maskedFill(hidden, Double.NEGATIVE_INFINITY)
                    .softmax(-1)
                    .maskedFill(hidden, 0);
        }

        /// Z, the approximate inverse of matrices [B, H, m, m].
        private Tensor inverse(Tensor a, Tensor identity) {
            Tensor columns = a.sum(2, Tensor.Axis.KEPT); // [B, H, 1, m]
            Tensor largest = value.start == Start.EACH
                    ? columns.amax(3, Tensor.Axis.KEPT)
                    : columns.reshape(-1).amax(0, Tensor.Axis.KEPT);
            Tensor z = a.transpose(2, 3).div(largest);
            for (int i = 0; i < value.iterations; i++) {
                Tensor az = a.matmul(z);
                Tensor inner = identity.mul(15).sub(az.matmul(identity.mul(7).sub(az)));
                z = z.mul(0.25).matmul(identity.mul(13).sub(az.matmul(inner)));
            }
            return z;
        }

        /// Each head's values along the text, [B, H, T, D].
        private static Tensor convolved(Tensor values, Tensor kernel) {
            long batch = values.size(0);
            long length = values.size(2);
            Tensor rows = values.permute(0, 3, 1, 2).reshape(-1, values.size(1), length); // [B D, H, T]
            Tensor zeros = Tensor.zeros(Shape.of(rows.size(0), rows.size(1), kernel.size(1) / 2), rows.dtype())
                    .to(rows.device());
            return Tensor.cat(2, zeros, rows, zeros)
                    .conv1d(kernel.unsqueeze(1), Optional.empty(), 1, kernel.size(0))
                    .reshape(batch, -1, values.size(1), length)
                    .permute(0, 2, 3, 1);
        }

        /// Halves as float32, for the softmaxes and the inverse.
        private static Tensor wide(Tensor x) {
            return x.dtype().bytes() == 2 ? x.to(DType.FLOAT32) : x;
        }

        @Override
        public Cost cost(Load load) {
            double rows = load.rows();
            double heads = value.heads.count();
            double numbers = heads * projections.size;
            double m = Math.min(value.landmarks, load.length());
            double squares = load.batch() * heads * m * m;
            boolean exact = load.length() <= value.landmarks;
            double products = exact ? 4 : 6; // with a matrix [T, m] each
            double approximate = exact ? 0 : 4 * m * m * load.batch() * numbers + value.iterations * 8 * squares * m;
            return Cost.flops(projections.flops(rows)
                            + products * 2 * rows * m * numbers
                            + (exact ? 1 : 2) * 5 * rows * m * heads
                            + approximate
                            + 2.0 * value.kernel.orElse(0) * rows * numbers)
                    .saving(projections.saved(rows, value.heads)
                            + 2 * rows * numbers
                            + (exact ? 1 : 2) * rows * heads * m
                            + (exact ? 0 : (5.0 * value.iterations + 3) * squares));
        }
    }
}
