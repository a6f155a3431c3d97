package io.attend.head;

import io.attend.activation.Activation;
import io.attend.activation.ActivationFormulas;
import io.attend.layer.Bias;
import io.attend.layer.Numbers;
import io.attend.norm.NormFormulas;
import io.attend.value.Formulas;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/// What is made of last vectors, from the papers.
public final class HeadFormulas {
    private HeadFormulas() {}

    /// What a head makes of one text, a row for each position; a head that says one thing of it gives one row.
    @FunctionalInterface
    public interface Formula {
        double[][] apply(Text text, Numbers numbers, double[][] table);
    }

    /// The last vectors of a text.
    ///
    /// @param x [T][E]
    /// @param words [T]
    /// @param keep [T]
    @SuppressWarnings("ArrayRecordComponent")
    public record Text(double[][] x, int[] words, boolean[] keep) {}

    @FunctionalInterface
    private interface OfOne {
        double[] apply(double[] x, Numbers numbers, double[][] table);
    }

    private static final Formulas<Head, Formula> ALL = Formulas.<Head, Formula>of(Head.class)
            .with(NoHead.class, _ -> each((x, _, _) -> x))
            .with(
                    LinearHead.class,
                    value -> each((x, numbers, _) ->
                            capped(numbers.linear(scaled(x, value.scale()), value.bias()), value.softCap())))
            .with(
                    TiedHead.class,
                    value -> each((x, numbers, table) -> {
                        double[][] words = table;
                        double[] y = scaled(x, value.scale());
                        if (value.narrow() == Tying.OWN) {
                            y = numbers.in("narrow").linear(y, Bias.NONE);
                        }
                        return capped(tied(y, numbers, words, value.bias()), value.softCap());
                    }))
            .with(
                    NgramHead.class, // of one stream
                    value -> each((x, numbers, table) -> value.scores() == Tying.OWN
                            ? numbers.linear(x, Bias.NONE)
                            : tied(x, numbers, table, Bias.NONE)))
            .with(MaskedLanguageHead.class, value -> each((x, numbers, table) -> masked(value, x, numbers, table)))
            .with(ChunkedHead.class, value -> of(value.scores()))
            .with(ChoiceHead.class, value -> of(value.scores()))
            .with(NarrowHead.class, value -> (text, numbers, table) -> {
                double[][] narrow = Arrays.stream(text.x())
                        .map(x -> numbers.in("narrow").linear(x, Bias.NONE))
                        .toArray(double[][]::new);
                return of(value.head()).apply(new Text(narrow, text.words(), text.keep()), numbers, table);
            })
            .with(SampledHead.class, value -> each((x, numbers, table) -> scores(value.scores(), x, numbers, table)))
            .with(
                    NoiseContrastiveHead.class,
                    value -> each((x, numbers, table) -> scores(value.scores(), x, numbers, table)))
            .with(AdaptiveHead.class, value -> each((x, numbers, _) -> AdaptiveFormulas.own(value, x, numbers)))
            .with(HierarchicalHead.class, value -> {
                HuffmanFormula tree = HuffmanFormula.of(value.counts());
                return each((x, numbers, _) -> tree.logs(numbers.in("turns").linear(x, value.bias())));
            })
            .with(
                    PooledHead.class,
                    value -> (text, numbers, _) ->
                            new double[][] {summary(value.pooling(), value.dense(), text, numbers)})
            .with(
                    SequenceHead.class,
                    value -> (text, numbers, _) -> new double[][] {
                        numbers.in("classifier")
                                .linear(summary(value.pooling(), value.dense(), text, numbers), value.bias())
                    })
            .with(
                    TokenHead.class,
                    _ -> each((x, numbers, _) -> numbers.in("classifier").linear(x, Bias.ADDED)))
            .with(
                    SpanHead.class,
                    _ -> each((x, numbers, _) -> numbers.in("span").linear(x, Bias.ADDED)))
            .with(QuestionHead.class, value -> (text, numbers, _) -> {
                int ends = 0; // where the first separator stands, or at the first word
                for (int t = text.x().length - 1; t >= 0; t--) {
                    ends = text.words()[t] == value.separator() ? t : ends;
                }
                double[][] logits = new double[text.x().length][];
                for (int t = 0; t < logits.length; t++) {
                    double[] inner = dense(text.x()[t], value.activation(), numbers.in("inner"));
                    double[] sum = numbers.in("outer").linear(inner, Bias.ADDED);
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] += text.x()[t][i];
                    }
                    logits[t] = numbers.in("span")
                            .linear(NormFormulas.of(value.norm()).apply(sum, numbers.in("norm")), Bias.ADDED);
                    double hidden = t > 0 && t <= ends ? 1e6 : 0;
                    logits[t][0] -= hidden;
                    logits[t][1] -= hidden;
                }
                return logits;
            })
            .with(
                    DiscriminatorHead.class,
                    value -> each((x, numbers, _) -> numbers.in("replaced")
                            .linear(dense(x, value.activation(), numbers.in("dense")), Bias.ADDED)))
            .with(
                    PairHead.class,
                    value -> each((x, numbers, table) -> masked(value.words(), x, numbers.in("words"), table)));

    public static Formula of(Head head) {
        return ALL.of(head);
    }

    private static Formula each(OfOne formula) {
        return (text, numbers, table) -> Arrays.stream(text.x())
                .map(x -> formula.apply(x, numbers, table))
                .toArray(double[][]::new);
    }

    static double[] summary(Pooling pooling, Optional<Activation> dense, Text text, Numbers numbers) {
        double[] pooled = PoolingFormulas.of(pooling).apply(text);
        return dense.map(activation -> dense(pooled, activation, numbers.in("dense")))
                .orElse(pooled);
    }

    private static double[] dense(double[] x, Activation activation, Numbers numbers) {
        return Arrays.stream(numbers.linear(x, Bias.ADDED))
                .map(ActivationFormulas.of(activation))
                .toArray();
    }

    private static double[] masked(MaskedLanguageHead value, double[] x, Numbers numbers, double[][] table) {
        double[] guess = NormFormulas.of(value.norm())
                .apply(dense(x, value.activation(), numbers.in("dense")), numbers.in("norm"));
        return value.scores() == Tying.OWN
                ? numbers.linear(guess, Bias.ADDED)
                : tied(guess, numbers, table, Bias.ADDED);
    }

    private static double[] scores(Tying tying, double[] x, Numbers numbers, double[][] table) {
        return tying == Tying.OWN ? numbers.linear(x, Bias.ADDED) : tied(x, numbers, table, Bias.ADDED);
    }

    private static double[] scaled(double[] x, double scale) {
        return Arrays.stream(x).map(number -> scale * number).toArray();
    }

    private static double[] capped(double[] logits, OptionalDouble cap) {
        return cap.isEmpty()
                ? logits
                : Arrays.stream(logits)
                        .map(logit -> cap.getAsDouble() * Math.tanh(logit / cap.getAsDouble()))
                        .toArray();
    }

    private static double[] tied(double[] x, Numbers numbers, double[][] table, Bias bias) {
        double[] logits = bias == Bias.ADDED ? numbers.vector("bias").clone() : new double[table.length];
        for (int v = 0; v < table.length; v++) {
            for (int e = 0; e < x.length; e++) {
                logits[v] += table[v][e] * x[e];
            }
        }
        return logits;
    }
}
