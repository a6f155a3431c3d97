package io.attend.attention;

import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.mask.Bidirectional;
import io.attend.mask.Mask;
import io.attend.mask.MaskFormulas;
import io.attend.position.RelativePositionFormulas;
import io.attend.score.ScoreFormulas;
import io.attend.value.Formulas;
import java.util.Arrays;

/// Attention of one sequence, one head, one query and one key at a time.
public final class AttentionFormulas {
    private AttentionFormulas() {}

    private static final Formulas<Attention, Formula> SELF = Formulas.<Attention, Formula>of(Attention.class)
            .with(
                    SoftmaxAttention.class,
                    value -> (x, numbers, scene) ->
                            new Softmax(value, numbers, scene.keep(), value.mask(), true).apply(x, x));

    private static final Formulas<MemoryAttention, Formula> CROSS = Formulas.<MemoryAttention, Formula>of(
                    MemoryAttention.class)
            .with(
                    SoftmaxAttention.class,
                    value -> (x, numbers, scene) -> new Softmax(
                                    value, numbers, scene.memoryKeep(), new Bidirectional(), false)
                            .apply(x, scene.memory()));

    public static Formula self(Attention attention) {
        return SELF.of(attention);
    }

    public static Formula cross(MemoryAttention attention) {
        return CROSS.of(attention);
    }

    /// Σ_s softmax_s(score(q_t, k_s) + bias) v_s over the keys the query may see; nothing where it sees none.
    private record Softmax(SoftmaxAttention value, Numbers numbers, boolean[] keep, Mask mask, boolean turnsKeys) {
        double[][] apply(double[][] x, double[][] memory) {
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] query = numbers.in("query").linear(x[t], value.bias().query);
                int size = query.length / value.heads().count();
                double[] gathered = new double[query.length];
                for (int head = 0; head < value.heads().count(); head++) {
                    double[] one = gather(slice(query, head, size), t, head, memory);
                    System.arraycopy(one, 0, gathered, head * size, size);
                }
                y[t] = numbers.in("output").linear(gathered, value.bias().output);
            }
            return y;
        }

        private double[] gather(double[] query, int t, int head, double[][] memory) {
            var position = RelativePositionFormulas.of(value.position());
            int group = head / (value.heads().count() / value.heads().keyValueCount());
            double[] turned = position.query(query, t, numbers.in("position"));
            double[] sum = new double[query.length];
            double total = 0;
            for (int s = 0; s < memory.length; s++) {
                if (!keep[s] || !MaskFormulas.of(mask).allows(t, s)) {
                    continue;
                }
                double[] key = slice(numbers.in("key").linear(memory[s], value.bias().key), group, query.length);
                double[] vector = slice(numbers.in("value").linear(memory[s], value.bias().value), group, query.length);
                double[] turnedKey = turnsKeys ? position.key(key, s, numbers.in("position")) : key;
                double score = ScoreFormulas.of(value.score()).apply(turned, turnedKey, numbers.in("score"))
                        + position.bias(head, t, s, numbers.in("position"));
                double weight = Math.exp(score);
                total += weight;
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += weight * vector[i];
                }
            }
            double all = total;
            return total == 0 ? sum : Arrays.stream(sum).map(v -> v / all).toArray();
        }

        private static double[] slice(double[] x, int index, int size) {
            return Arrays.copyOfRange(x, index * size, (index + 1) * size);
        }
    }
}
