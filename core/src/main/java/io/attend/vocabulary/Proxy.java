package io.attend.vocabulary;

import io.attend.architecture.Architecture;
import io.attend.architecture.Inputs;
import io.attend.architecture.Presets;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.optimizer.AdamW;
import io.attend.optimizer.Optimizer;
import io.attend.schedule.Cosine;
import io.attend.tensor.Gradients;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/// A small decoder that stands for the model a vocabulary is meant for: it is trained for a few hundred steps
/// and asked how well it foretells text it has not seen.
///
///     bits per character = (− Σ log₂ p(token | tokens before) + bits to spell unknown ones) / characters
///
/// Every vocabulary is shown the same amount of text: a step has `rows` windows of about `window` characters,
/// however many tokens these are, so that vocabularies differ in what they learn from it, not in how much they
/// see. Between two texts stands one token, which counts as a character.
///
/// @param steps of training; 0 leaves the model out of a study
/// @param rows windows in a step
/// @param window characters in one
/// @param width E of the model, which has 2 blocks
/// @param rate the highest learning rate
public record Proxy(int steps, int rows, int window, int width, double rate) {
    public static final Proxy USUAL = new Proxy(300, 16, 192, 64, 0.004);
    private static final int BLOCKS = 2;
    private static final int HEAD = 16;
    private static final long IGNORED = -100;
    /// Held-out windows that are foretold at once.
    private static final int JUDGED = 8;

    public Proxy {
        if (steps < 0 || rows < 1 || window < 8 || width < HEAD || width % HEAD != 0 || !(rate > 0)) {
            throw new IllegalArgumentException("a proxy of " + steps + " steps, " + rows + " rows, " + window
                    + " characters, width " + width + ", rate " + rate + "; expected steps from 0, rows from 1,"
                    + " characters from 8, a width of " + HEAD + "s, a rate above 0");
        }
    }

    public Proxy steps(int count) {
        return new Proxy(count, rows, window, width, rate);
    }

    /// Trains on some texts and gives the bits that a character of others takes.
    ///
    /// @param fit of the held-out texts
    /// @param heard hears the steps as they are done
    double bitsPerCharacter(
            Tokenizer tokenizer, List<String> training, List<String> heldOut, Fit fit, long seed, LongConsumer heard) {
        int[] learned = stream(tokenizer, training);
        int[] foretold = stream(tokenizer, heldOut);
        long characters = training.stream()
                .mapToLong(t -> t.codePointCount(0, t.length()) + 1L)
                .sum();
        int length = (int) Math.max(2, Math.round((double) window * (learned.length - 1) / characters));
        length = Math.min(length, learned.length - 1);
        Architecture shape =
                Presets.gpt(tokenizer.size(), BLOCKS, Presets.Size.width(width).heads(width / HEAD), length);
        // Weights start as each layer says, not as GPT-2's, which are meant for a wide and deep model.
        Architecture architecture = new Architecture(shape.width(), shape.topology(), shape.head());
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture, seed);
                Optimizer.Built optimizer = new AdamW(0.9, 0.98, 1e-9, 0.01).build(model.weights())) {
            train(model, optimizer, learned, length, new SplittableRandom(seed), heard);
            double nats = nats(model, foretold, length);
            return (nats / Math.log(2) + fit.spelling()) / (fit.characters() + heldOut.size());
        }
    }

    /// The ids of texts one behind the other, with one token before, between and behind them.
    private static int[] stream(Tokenizer tokenizer, List<String> texts) {
        int between = tokenizer.eos().orElse(tokenizer.id("[SEP]").orElse(0));
        List<int[]> all = texts.parallelStream()
                .map(text -> tokenizer.ids(text, Specials.SKIP))
                .toList();
        int[] stream = new int[all.stream().mapToInt(ids -> ids.length + 1).sum() + 1];
        stream[0] = between;
        int at = 1;
        for (int[] ids : all) {
            System.arraycopy(ids, 0, stream, at, ids.length);
            at += ids.length;
            stream[at++] = between;
        }
        return stream;
    }

    private void train(
            Transformer model,
            Optimizer.Built optimizer,
            int[] stream,
            int length,
            SplittableRandom random,
            LongConsumer heard) {
        List<Tensor> weights = model.weights().stream().map(Parameter::tensor).toList();
        weights.forEach(weight -> weight.requiresGrad(true));
        Cosine schedule = new Cosine(rate, Math.max(1, steps / 10));
        for (int step = 1; step <= steps; step++) {
            try (Lifetime _ = Lifetime.open()) {
                int[] starts = new int[rows];
                Arrays.setAll(starts, _ -> random.nextInt(stream.length - length));
                loss(model, stream, starts, length).backward();
                Gradients.clip(weights, 1);
                optimizer.step(schedule.rate(step, steps));
                weights.forEach(Tensor::clearGrad);
            }
            heard.accept(step);
        }
        weights.forEach(weight -> weight.requiresGrad(false));
    }

    /// − Σ ln p of a whole stream but its first token, in windows that know nothing of each other.
    private static double nats(Transformer model, int[] stream, int length) {
        double nats = 0;
        int last = stream.length - 1;
        int whole = last / length;
        for (int done = 0; done < whole; done += JUDGED) {
            int from = done;
            int[] starts = new int[Math.min(JUDGED, whole - done)];
            Arrays.setAll(starts, i -> (from + i) * length);
            nats += nats(model, stream, starts, length);
        }
        int rest = last - whole * length;
        return rest == 0 ? nats : nats + nats(model, stream, new int[] {whole * length}, rest);
    }

    private static double nats(Transformer model, int[] stream, int[] starts, int length) {
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            return loss(model, stream, starts, length).item() * starts.length * length;
        }
    }

    /// The mean cross-entropy of each token behind those before it in its window.
    private static Tensor loss(Transformer model, int[] stream, int[] starts, int length) {
        long[] shown = new long[starts.length * length];
        long[] asked = new long[starts.length * length];
        for (int row = 0; row < starts.length; row++) {
            for (int i = 0; i < length; i++) {
                shown[row * length + i] = stream[starts[row] + i];
                asked[row * length + i] = stream[starts[row] + i + 1];
            }
        }
        Tensor logits = model.forward(
                Inputs.of(Tokens.of(Tensor.of(shown, starts.length, length))), Context.inference()); // [B, T, V]
        return logits.flatten(0, 1).crossEntropy(Tensor.of(asked, asked.length), IGNORED, 0);
    }
}
