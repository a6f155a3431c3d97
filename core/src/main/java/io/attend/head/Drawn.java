package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Scores of every word that in training are made only for the right words and some drawn ones.
final class Drawn implements Head.Built {
    private final String name;
    private final Linear product;
    private final int width;
    private final int vocabulary;
    private final int count;
    private final LogUniform chances;
    private final Loss loss;

    /// The sum of the losses of what is asked.
    @FunctionalInterface
    interface Loss {
        Tensor sum(Chosen chosen);
    }

    /// What is known of N positions and S drawn words.
    ///
    /// @param right scores of the right words [N]
    /// @param rightChances log(S · chance) of them [N]
    /// @param others scores of the drawn words, less log(S · chance) [N, S]
    /// @param hits where a drawn word is the right one [N, S]
    record Chosen(Tensor right, Tensor rightChances, Tensor others, Tensor hits) {}

    Drawn(
            Record value,
            int count,
            Tying tying,
            Parameters parameters,
            int width,
            Optional<Table.Built> table,
            Loss loss) {
        this.name = value.getClass().getSimpleName();
        Table.Built words = table.orElseThrow(() -> parameters.refuse(
                "a " + name + " needs an embedding with a table of words, and there is none; use a LinearHead"));
        if (tying == Tying.TIED && words.width() != width) {
            throw parameters.refuse("the table's vectors have " + words.width() + " numbers and the stream " + width
                    + "; give the head scores of its own");
        }
        this.width = width;
        this.vocabulary = words.vocabulary();
        this.count = count;
        this.chances = new LogUniform(vocabulary);
        this.loss = loss;
        this.product = tying == Tying.TIED
                ? words.scores(parameters, Bias.ADDED)
                : new Linear(parameters, Linear.Size.from(width).to(vocabulary), Bias.ADDED);
    }

    static void check(int samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("samples must be at least 1, not " + samples);
        }
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return product.forward(x); // [B, T, V]
    }

    @Override
    public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
        Optional<Random> random = context.random();
        if (random.isEmpty()) {
            return Head.Built.super.loss(x, answers, smoothing, context); // measured over all words
        }
        Asked.unsmoothed("a " + name, smoothing);
        Asked asked = Asked.of(x, answers, vocabulary);
        int[] drawn = chances.draw(count, random.get());
        Tensor words = asked.words(); // [N]
        Tensor candidates = Asked.index(drawn, x); // [S]
        Tensor right = asked.x().mul(product.weights(words)).sum(1, Tensor.Axis.DROPPED);
        Tensor others = asked.x().linear(product.weights(candidates)); // [N, S]
        return asked.mean(loss.sum(new Chosen(
                product.biases(words).map(right::add).orElse(right),
                numbers(chances.expected(asked.answers(), count), x),
                product.biases(candidates)
                        .map(others::add)
                        .orElse(others)
                        .sub(numbers(chances.expected(drawn, count), x)),
                words.unsqueeze(1).eq(candidates.unsqueeze(0)))));
    }

    private static Tensor numbers(double[] values, Tensor beside) {
        return Tensor.of(values, values.length).to(beside.dtype()).to(beside.device());
    }

    @Override
    public Cost cost(Load load) {
        return Cost.flops(product.flops(load.rows()))
                .saving(load.rows() * (width + 2.0 * count))
                .working(load.rows() * 3.0 * count + (double) width * vocabulary);
    }
}
