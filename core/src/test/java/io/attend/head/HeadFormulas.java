package io.attend.head;

import io.attend.activation.ActivationFormulas;
import io.attend.layer.Bias;
import io.attend.layer.Numbers;
import io.attend.norm.NormFormulas;
import io.attend.value.Formulas;
import java.util.Arrays;

/// What is made of a last vector, from the papers.
public final class HeadFormulas {
    private HeadFormulas() {}

    /// One vector x [E] and the table of words [V][E].
    @FunctionalInterface
    public interface Formula {
        double[] apply(double[] x, Numbers numbers, double[][] table);
    }

    private static final Formulas<Head, Formula> ALL = Formulas.<Head, Formula>of(Head.class)
            .with(NoHead.class, _ -> (x, _, _) -> x)
            .with(LinearHead.class, value -> (x, numbers, _) -> numbers.linear(x, value.bias()))
            .with(TiedHead.class, value -> (x, numbers, table) -> tied(x, numbers, table, value.bias()))
            .with(MaskedLanguageHead.class, value -> (x, numbers, table) -> {
                double[] hidden = Arrays.stream(numbers.in("dense").linear(x, Bias.ADDED))
                        .map(ActivationFormulas.of(value.activation()))
                        .toArray();
                return tied(
                        NormFormulas.of(value.norm()).apply(hidden, numbers.in("norm")), numbers, table, Bias.ADDED);
            });

    public static Formula of(Head head) {
        return ALL.of(head);
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
