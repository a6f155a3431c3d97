package io.attend.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.global.torch;

/// The mean cross-entropy of a product's scores, a few rows at a time, so that the scores of all rows never exist
/// together and those of a few stay in the processor's caches.
///
///     loss = mean over rows of −Σ_v q(v) log softmax(W x + b)_v        q = (1 − s) [v = class] + s / V
///
/// The gradient of the scores, softmax − q, needs nothing that comes later, so each chunk is turned into its part of
/// the gradients of x, W and b at once, and the backward pass only multiplies them by the gradient of the loss: the
/// three products of a plain head, none repeated, and no pass over N·V numbers in memory. Rows whose class is ignored
/// are left out of all of it.
///
/// Keeps rows·I for x, V·I for W and V for b; works with chunk·V numbers twice. Gradients of gradients are not to be
/// had.
public final class ProductLoss {
    /// Scores at a time, about: 8 MB of float32, but no fewer rows than a product needs to be fast.
    private static final long SCORES = 1L << 21;

    private static final long ROWS = 256;

    private ProductLoss() {}

    /// Rows taken at a time for so many classes.
    public static long chunk(long classes) {
        return Math.max(ROWS, SCORES / classes);
    }

    /// @param x rows [N, I]
    /// @param weight W [V, I]
    /// @param bias b [V]
    /// @param classes the right ones, int64 [N]
    /// @param ignored the class of rows that do not count
    /// @param smoothing s
    /// @return the mean over the rows that count, not a number if there are none
    public static Tensor of(
            Tensor x, Tensor weight, Optional<Tensor> bias, Tensor classes, long ignored, double smoothing) {
        Tensor counts = classes.ne(ignored);
        Tensor asked = Tensor.made("nonzero", () -> torch.nonzero(counts.pointer()), counts);
        boolean all = asked.size(0) == x.size(0);
        Tensor rows = all ? x : x.indexSelect(0, asked.squeeze(1));
        Tensor right = all ? classes : classes.indexSelect(0, asked.squeeze(1));
        List<Tensor> learned = new ArrayList<>(List.of(rows, weight));
        bias.ifPresent(learned::add);
        boolean learns = GradMode.is_enabled() && learned.stream().anyMatch(Tensor::requiresGrad);
        Chunks chunks = new Chunks(rows.detach(), weight.detach(), bias.map(Tensor::detach), right, smoothing, learns);
        Tensor loss = chunks.loss();
        if (!learns) {
            return loss;
        }
        for (int i = 0; i < learned.size(); i++) {
            if (learned.get(i).requiresGrad()) {
                Tensor tie = dot(learned.get(i), chunks.gradients.get(i));
                loss = loss.add(tie.sub(tie.detach())); // adds an exact zero whose gradient is the one found
            }
        }
        return loss;
    }

    private static Tensor dot(Tensor left, Tensor right) {
        return Tensor.made(
                "dot", () -> torch.dot(left.pointer().flatten(), right.pointer().flatten()), left, right);
    }

    /// The work on numbers alone, outside the graph.
    private static final class Chunks {
        private final Tensor x;
        private final Tensor weight;
        private final Optional<Tensor> bias;
        private final Tensor classes;
        private final double smoothing;
        private final boolean learns;
        private final List<Tensor> gradients = new ArrayList<>();

        Chunks(Tensor x, Tensor weight, Optional<Tensor> bias, Tensor classes, double smoothing, boolean learns) {
            this.x = x;
            this.weight = weight;
            this.bias = bias;
            this.classes = classes;
            this.smoothing = smoothing;
            this.learns = learns;
        }

        Tensor loss() {
            try (NoGradient _ = NoGradient.open()) {
                if (learns) {
                    gradients.add(Tensor.empty(x.shape(), x.dtype(), x.device()));
                    gradients.add(Tensor.empty(weight.shape(), weight.dtype(), weight.device())
                            .zero_());
                    bias.ifPresent(b -> gradients.add(
                            Tensor.empty(b.shape(), b.dtype(), b.device()).zero_()));
                }
                long count = x.size(0);
                long step = ProductLoss.chunk(weight.size(0));
                Tensor total =
                        Tensor.empty(Shape.of(1), wide(x.dtype()), x.device()).zero_();
                for (long from = 0; from < count; from += step) {
                    try (Lifetime _ = Lifetime.open()) {
                        add(from, Math.min(step, count - from), total);
                    }
                }
                return total.div(count).reshape();
            }
        }

        private void add(long from, long length, Tensor total) {
            Tensor some = x.narrow(0, from, length);
            Tensor right = classes.narrow(0, from, length).unsqueeze(1);
            Tensor scores = bias.isPresent() ? some.linear(weight, bias.get()) : some.linear(weight);
            Tensor logs = scores.to(wide(scores.dtype())).logSoftmax(-1); // [chunk, V]
            long outputs = weight.size(0);
            total.add_(logs.gather(1, right).sum(), smoothing - 1);
            if (smoothing > 0) {
                total.add_(logs.sum(), -smoothing / outputs);
            }
            if (!learns) {
                return;
            }
            Tensor.run("exp_", () -> logs.pointer().exp_(), logs); // the softmax, in the place of its logarithm
            if (smoothing > 0) {
                logs.add_(-smoothing / outputs);
            }
            Tensor certain =
                    Tensor.full(right.shape(), smoothing - 1, logs.dtype()).to(logs.device());
            Tensor.run("scatter_add_", () -> logs.pointer().scatter_add_(1, right.pointer(), certain.pointer()), logs);
            Tensor slope = logs.mul_(1.0 / x.size(0)).to(x.dtype());
            gradients.get(0).narrow(0, from, length).copy_(slope.matmul(weight));
            Tensor.run(
                    "addmm_",
                    () -> gradients.get(1).pointer().addmm_(slope.pointer().t(), some.pointer()),
                    slope,
                    some);
            if (bias.isPresent()) {
                gradients.get(2).add_(slope.sum(0, Tensor.Axis.DROPPED));
            }
        }

        private static DType wide(DType type) {
            return type == DType.FLOAT64 ? type : DType.FLOAT32;
        }
    }
}
