package io.attend.bench.training;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// A GPT as one would write it down first on the engine: attention as a softmax of stored scores, the engine's
/// plain AdamW that goes from weight to weight. Pre-norm, tied head, no dropout.
final class PlainGpt implements AutoCloseable {
    private final PointerScope scope = new PointerScope();
    private final int heads;
    private final int width;
    private final int length;
    private final int vocabulary;
    private final TensorVector weights = new TensorVector();
    private final Tensor words;
    private final Tensor places;
    private final List<Tensor[]> blocks = new ArrayList<>();
    private final Tensor[] last;
    private final Tensor hidden;
    private final AdamW optimizer;

    PlainGpt(int vocabulary, int layers, int width, int heads, int length, double decay) {
        torch.manual_seed(1);
        this.heads = heads;
        this.width = width;
        this.length = length;
        this.vocabulary = vocabulary;
        words = weight(0.02, vocabulary, width);
        places = weight(0.02, length, width);
        for (int i = 0; i < layers; i++) {
            double branch = 0.02 / Math.sqrt(2.0 * layers);
            blocks.add(new Tensor[] {
                ones(width), zeros(width), weight(0.02, 3L * width, width), zeros(3L * width),
                weight(branch, width, width), zeros(width), ones(width), zeros(width),
                weight(0.02, 4L * width, width), zeros(4L * width), weight(branch, width, 4L * width), zeros(width)
            });
        }
        last = new Tensor[] {ones(width), zeros(width)};
        hidden = torch.ones(new long[] {length, length}).triu(1).to(torch.ScalarType.Bool);
        AdamWOptions options = new AdamWOptions(0);
        options.weight_decay().put(decay);
        options.betas().put(0.9, 0.98);
        optimizer = new AdamW(weights, options);
    }

    private Tensor weight(double deviation, long... shape) {
        return learned(torch.randn(shape).mul(new Scalar(deviation)));
    }

    private Tensor ones(long size) {
        return learned(torch.ones(new long[] {size}));
    }

    private Tensor zeros(long size) {
        return learned(torch.zeros(new long[] {size}));
    }

    private Tensor learned(Tensor tensor) {
        Tensor leaf = tensor.detach().set_requires_grad(true);
        weights.push_back(leaf);
        return leaf;
    }

    /// One change of all weights from windows that begin at random places.
    void step(int[] text, int batch, double rate, SplittableRandom random) {
        try (PointerScope _ = new PointerScope()) {
            long[] ids = new long[batch * length];
            long[] next = new long[batch * length];
            for (int row = 0; row < batch; row++) {
                copy(text, random.nextInt(text.length - length), row * length, ids, next);
            }
            loss(ids, next, batch).backward();
            torch.clip_grad_norm_(weights, 1);
            optimizer.param_groups().get(0).options().set_lr(rate);
            optimizer.step();
            optimizer.zero_grad();
        }
    }

    /// The mean loss of a text cut into windows side by side.
    double judge(int[] text) {
        try (NoGradGuard _ = new NoGradGuard()) {
            double sum = 0;
            int windows = (text.length - 1) / length;
            for (int window = 0; window < windows; window++) {
                try (PointerScope _ = new PointerScope()) {
                    long[] ids = new long[length];
                    long[] next = new long[length];
                    copy(text, window * length, 0, ids, next);
                    sum += loss(ids, next, 1).item_double();
                }
            }
            return sum / windows;
        }
    }

    private void copy(int[] text, int from, int to, long[] ids, long[] next) {
        for (int i = 0; i < length; i++) {
            ids[to + i] = text[from + i];
            next[to + i] = text[from + i + 1];
        }
    }

    private Tensor loss(long[] ids, long[] next, int batch) {
        Tensor x =
                torch.embedding(words, torch.tensor(ids).reshape(batch, length)).add(places); // [B, T, E]
        for (Tensor[] w : blocks) {
            x = x.add(attention(norm(x, w[0], w[1]), w));
            Tensor wide = torch.gelu(linear(norm(x, w[6], w[7]), w[8], w[9]), "tanh");
            x = x.add(linear(wide, w[10], w[11]));
        }
        Tensor scores = torch.linear(norm(x, last[0], last[1]), words);
        return torch.cross_entropy_loss(scores.reshape(-1, vocabulary), torch.tensor(next));
    }

    private Tensor attention(Tensor x, Tensor[] w) {
        long batch = x.size(0);
        Tensor all = linear(x, w[2], w[3]).reshape(batch, length, 3, heads, width / heads);
        Tensor queries = all.select(2, 0).transpose(1, 2); // [B, H, T, D]
        Tensor keys = all.select(2, 1).transpose(1, 2);
        Tensor values = all.select(2, 2).transpose(1, 2);
        Tensor scores = queries.matmul(keys.transpose(2, 3)).mul(new Scalar(Math.sqrt((double) heads / width)));
        Tensor shares =
                torch.softmax(scores.masked_fill(hidden, new Scalar(Double.NEGATIVE_INFINITY)), -1); // [B, H, T, T]
        return linear(shares.matmul(values).transpose(1, 2).reshape(batch, length, width), w[4], w[5]);
    }

    private static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return torch.linear(x, weight, new TensorOptional(bias));
    }

    private Tensor norm(Tensor x, Tensor weight, Tensor bias) {
        return torch.layer_norm(
                x, new long[] {width}, new TensorOptional(weight), new TensorOptional(bias), 1e-5, true);
    }

    @Override
    public void close() {
        scope.close();
    }
}
