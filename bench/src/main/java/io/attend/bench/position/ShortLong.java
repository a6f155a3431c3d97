package io.attend.bench.position;

import io.attend.activation.GeluTanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.Inputs;
import io.attend.architecture.PreNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.embedding.Tokens;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.mask.Causal;
import io.attend.model.Transformer;
import io.attend.norm.LayerNorm;
import io.attend.optimizer.AdamW;
import io.attend.optimizer.Optimizer;
import io.attend.position.Alibi;
import io.attend.position.NoPosition;
import io.attend.position.RelativePosition;
import io.attend.position.SinusoidalPosition;
import io.attend.schedule.Cosine;
import io.attend.tensor.Gradients;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// Train short, test long (Press et al. 2022): a small GPT of characters learns windows of 64 with ALiBi, with
/// sinusoids and with no positions, and is judged on windows of 64 to 512.
///
///     bench/run io.attend.bench.position.ShortLong input.txt [STEPS]
public final class ShortLong {
    private static final int WIDTH = 128;
    private static final int HEADS = 4;
    private static final int LAYERS = 3;
    private static final int LENGTH = 64;
    private static final int BATCH = 12;

    private ShortLong() {}

    public static void main(String[] arguments) throws IOException {
        Threads.use(1);
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1000;
        String text = Files.readString(Path.of(arguments[0]));
        int[] alphabet = text.codePoints().distinct().sorted().toArray();
        long[] ids = text.codePoints()
                .mapToLong(letter -> Arrays.binarySearch(alphabet, letter))
                .toArray();
        int border = (int) (ids.length * 0.9);
        System.out.printf(Locale.ROOT, "held-out loss after %d steps of %d windows of %d%n", steps, BATCH, LENGTH);
        for (String position : List.of("ALiBi", "sinusoidal", "none")) {
            try (Transformer model = Transformer.initialize(architecture(position, alphabet.length), 1)) {
                train(model, Arrays.copyOf(ids, border), steps);
                StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-10s", position));
                for (int length = LENGTH; length <= 8 * LENGTH; length *= 2) {
                    double loss = judge(model, Arrays.copyOfRange(ids, border, ids.length), length);
                    row.append(String.format(Locale.ROOT, "  %d: %.3f", length, loss));
                }
                System.out.println(row);
            }
        }
    }

    private static Architecture architecture(String position, int words) {
        RelativePosition relative = position.equals("ALiBi") ? Alibi.EXAMPLE : new NoPosition();
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(words));
        if (position.equals("sinusoidal")) {
            embedding = embedding.position(SinusoidalPosition.EXAMPLE);
        }
        LayerNorm norm = new LayerNorm(1e-5, Bias.ADDED);
        Block block = new Block(
                List.of(
                        new SelfAttention(SoftmaxAttention.of(Heads.of(HEADS))
                                .masked(new Causal())
                                .position(relative)),
                        new Feed(new DenseFeedForward(4 * WIDTH, new GeluTanh(), Bias.ADDED, 0))),
                norm,
                new PreNorm(0));
        return new Architecture(
                WIDTH, new Decoder(embedding, Stack.of(LAYERS, block).finalNorm(norm)), new TiedHead(Bias.NONE));
    }

    private static void train(Transformer model, long[] text, int steps) {
        SplittableRandom starts = new SplittableRandom(7);
        List<Tensor> weights = model.weights().stream().map(Parameter::tensor).toList();
        weights.forEach(weight -> weight.requiresGrad(true));
        Cosine rate = new Cosine(0.003, Math.min(100, steps / 4));
        try (Random random = Random.seeded(2);
                Optimizer.Built optimizer = AdamW.EXAMPLE.build(model.weights())) {
            for (int step = 1; step <= steps; step++) {
                try (Lifetime _ = Lifetime.open()) {
                    long[] from = new long[BATCH];
                    Arrays.setAll(from, i -> starts.nextInt(text.length - LENGTH));
                    loss(model, text, from, LENGTH, Context.training(random)).backward();
                    Gradients.clip(weights, 1);
                    optimizer.step(rate.rate(step, steps));
                    weights.forEach(Tensor::clearGrad);
                }
            }
        }
    }

    private static double judge(Transformer model, long[] text, int length) {
        double sum = 0;
        int windows = (text.length - 1) / length;
        for (int window = 0; window < windows; window++) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                sum += loss(model, text, new long[] {(long) window * length}, length, Context.inference())
                        .item();
            }
        }
        return sum / windows;
    }

    private static Tensor loss(Transformer model, long[] text, long[] from, int length, Context context) {
        long[] ids = new long[from.length * length];
        long[] next = new long[from.length * length];
        for (int row = 0; row < from.length; row++) {
            System.arraycopy(text, (int) from[row], ids, row * length, length);
            System.arraycopy(text, (int) from[row] + 1, next, row * length, length);
        }
        Inputs inputs = Inputs.of(Tokens.of(Tensor.of(ids, from.length, length)));
        return model.loss(inputs, Tensor.of(next, from.length, length), 0, context);
    }
}
