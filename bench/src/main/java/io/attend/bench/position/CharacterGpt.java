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
import io.attend.position.RelativePosition;
import io.attend.schedule.Cosine;
import io.attend.tensor.Device;
import io.attend.tensor.Gradients;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// A small GPT of a text's characters, 3 layers of width 128 with 4 heads: 9/10 of the text to learn from, the
/// rest held out.
///
/// @param words the characters there are, and one more where windows are opened
/// @param opened whether the first character of every window is another one, which begins texts, as language
///     models have it
record CharacterGpt(long[] training, long[] heldOut, int words, boolean opened) {
    static final int WIDTH = 128;
    static final int HEADS = 4;
    private static final int LAYERS = 3;

    /// How it learns.
    ///
    /// @param rate the highest
    /// @param length of windows
    record Learning(int steps, double rate, int batch, int length) {}

    static CharacterGpt read(Path file) throws IOException {
        String text = Files.readString(file);
        int[] alphabet = text.codePoints().distinct().sorted().toArray();
        long[] ids = text.codePoints()
                .mapToLong(letter -> Arrays.binarySearch(alphabet, letter))
                .toArray();
        int border = (int) (ids.length * 0.9);
        return new CharacterGpt(
                Arrays.copyOf(ids, border), Arrays.copyOfRange(ids, border, ids.length), alphabet.length, false);
    }

    CharacterGpt withOpening() {
        return new CharacterGpt(training, heldOut, words + 1, true);
    }

    /// What begins texts.
    long opening() {
        return words - 1L;
    }

    Architecture architecture(RelativePosition position, UnaryOperator<TokenEmbedding> placed) {
        LayerNorm norm = new LayerNorm(1e-5, Bias.ADDED);
        Block block = new Block(
                List.of(
                        new SelfAttention(SoftmaxAttention.of(Heads.of(HEADS))
                                .masked(new Causal())
                                .position(position)),
                        new Feed(new DenseFeedForward(4 * WIDTH, new GeluTanh(), Bias.ADDED, 0))),
                norm,
                new PreNorm(0));
        return new Architecture(
                WIDTH,
                new Decoder(
                        placed.apply(TokenEmbedding.of(new DenseTable(words))),
                        Stack.of(LAYERS, block).finalNorm(norm)),
                new TiedHead(Bias.NONE));
    }

    Architecture architecture(RelativePosition position) {
        return architecture(position, UnaryOperator.identity());
    }

    /// A copy of a model whose positions act in another way.
    static Transformer as(Architecture architecture, Transformer model) {
        Map<String, Tensor> weights =
                model.parameters().stream().collect(Collectors.toMap(Parameter::name, Parameter::tensor));
        return Transformer.filled(
                architecture,
                Device.CPU,
                0,
                p -> Objects.requireNonNull(weights.get(p.name())).detach()); // leaves of their own
    }

    void train(Transformer model, Learning how) {
        SplittableRandom starts = new SplittableRandom(7);
        List<Tensor> weights = model.weights().stream().map(Parameter::tensor).toList();
        weights.forEach(weight -> weight.requiresGrad(true));
        Cosine rate = new Cosine(how.rate, Math.min(100, Math.max(1, how.steps / 4)));
        try (Random random = Random.seeded(2);
                Optimizer.Built optimizer = AdamW.EXAMPLE.build(model.weights())) {
            for (int step = 1; step <= how.steps; step++) {
                try (Lifetime _ = Lifetime.open()) {
                    long[] from = new long[how.batch];
                    Arrays.setAll(from, i -> starts.nextInt(training.length - how.length));
                    loss(model, training, from, how.length, Context.training(random))
                            .backward();
                    Gradients.clip(weights, 1);
                    optimizer.step(rate.rate(step, how.steps));
                    weights.forEach(Tensor::clearGrad);
                }
            }
        }
    }

    /// The mean loss of held-out windows.
    double judge(Transformer model, int length) {
        double sum = 0;
        int windows = (heldOut.length - 1) / length;
        for (int window = 0; window < windows; window++) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                sum += loss(model, heldOut, new long[] {(long) window * length}, length, Context.inference())
                        .item();
            }
        }
        return sum / windows;
    }

    private Tensor loss(Transformer model, long[] text, long[] from, int length, Context context) {
        long[] ids = new long[from.length * length];
        long[] next = new long[from.length * length];
        for (int row = 0; row < from.length; row++) {
            System.arraycopy(text, (int) from[row], ids, row * length, length);
            ids[row * length] = opened ? opening() : ids[row * length];
            System.arraycopy(text, (int) from[row] + 1, next, row * length, length);
        }
        Inputs inputs = Inputs.of(Tokens.of(Tensor.of(ids, from.length, length)));
        return model.loss(inputs, Tensor.of(next, from.length, length), 0, context);
    }
}
