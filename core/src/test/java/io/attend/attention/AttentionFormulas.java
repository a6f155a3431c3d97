package io.attend.attention;

import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;
import io.attend.layer.Scene;
import io.attend.mask.Bidirectional;
import io.attend.mask.Mask;
import io.attend.mask.MaskFormulas;
import io.attend.norm.NormFormulas;
import io.attend.position.RelativePositionFormulas;
import io.attend.score.ScoreFormulas;
import io.attend.value.Formulas;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Attention of one sequence, one head, one query and one key at a time.
public final class AttentionFormulas {
    private AttentionFormulas() {}

    private static final Formulas<Attention, Formula> SELF = Formulas.<Attention, Formula>of(Attention.class)
            .with(
                    SoftmaxAttention.class,
                    value -> (x, numbers, scene) ->
                            new Softmax(value, numbers, scene.keep(), value.mask(), true).apply(x, x))
            .with(DisentangledAttention.class, UnpairedFormulas::disentangled)
            .with(LocalAttention.class, ReformerFormulas::local)
            .with(LshAttention.class, ReformerFormulas::lsh)
            .with(FunnelAttention.class, FunnelFormulas::funnel)
            .with(FourierMixing.class, _ -> UnpairedFormulas.fourier())
            .with(BigBirdAttention.class, PatternFormulas::bigBird)
            .with(BlockwiseAttention.class, PatternFormulas::blockwise)
            .with(FactorizedAttention.class, PatternFormulas::factorized)
            .with(LongformerAttention.class, PatternFormulas::longformer)
            .with(LinearAttention.class, RecurrentFormulas::linear)
            .with(Linformer.class, RecurrentFormulas::linformer)
            .with(Retention.class, RecurrentFormulas::retention)
            .with(GatedDelta.class, RecurrentFormulas::gatedDelta)
            .with(DifferentialAttention.class, CombinedFormulas::differential)
            .with(LatentAttention.class, CombinedFormulas::latent)
            .with(MixedAttention.class, UnpairedFormulas::mixed)
            .with(NgramAttention.class, StreamFormulas::ngrams)
            .with(NystromAttention.class, NystromFormulas::nystrom)
            .with(TwoStreamAttention.class, StreamFormulas::twoStreams)
            .with(Synthesizer.class, UnpairedFormulas::synthesizer)
            .with(TransformerXlAttention.class, AttentionFormulas::transformerXl)
            .with(TransientGlobalAttention.class, PatternFormulas::transientGlobal);

    private static final Formulas<MemoryAttention, Formula> CROSS = Formulas.<MemoryAttention, Formula>of(
                    MemoryAttention.class)
            .with(
                    SoftmaxAttention.class,
                    value -> (x, numbers, scene) -> new Softmax(
                                    value, numbers, scene.memoryKeep(), new Bidirectional(), false)
                            .apply(x, scene.memory()));

    /// Softmax attention over the text and what stands before it.
    private static Formula transformerXl(TransformerXlAttention value) {
        SoftmaxAttention whole = SoftmaxAttention.of(value.heads())
                .masked(value.mask())
                .position(value.position())
                .bias(value.bias());
        return (x, numbers, scene) -> {
            int before = value.start() == TransformerXlAttention.Start.ZEROS ? value.memory() : 0;
            double[][] all = new double[before + x.length][x[0].length];
            System.arraycopy(x, 0, all, before, x.length);
            boolean[] keep = Scene.all(all.length);
            System.arraycopy(scene.keep(), 0, keep, before, x.length);
            double[][] y = self(whole).apply(all, numbers, new Scene(keep, new double[0][], new boolean[0]));
            return Arrays.copyOfRange(y, before, y.length);
        };
    }

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
                double[] query =
                        normed(projected("query", x[t]), "query", value.heads().count());
                y[t] = projected("output", gather(query, t, memory));
            }
            return y;
        }

        /// The weighted values of all heads, side by side.
        private double[] gather(double[] query, int t, double[][] memory) {
            int heads = value.heads().count();
            int size = query.length / heads;
            int shared = value.heads().keyValueCount();
            var position = RelativePositionFormulas.of(value.position());
            var score = ScoreFormulas.of(value.score());
            double[][] queries = new double[heads][];
            for (int head = 0; head < heads; head++) {
                queries[head] = position.query(slice(query, head, size), t, numbers.in("position"));
            }
            double[][] exponentials = new double[memory.length][heads];
            double[][] vectors = new double[memory.length][];
            double[] totals = new double[heads];
            for (int s = 0; s < memory.length; s++) {
                double[] key = normed(projected("key", memory[s]), "key", shared);
                vectors[s] = projected("value", memory[s]);
                if (!keep[s] || !MaskFormulas.of(mask).allows(t, s)) {
                    continue;
                }
                double[][] keys = new double[heads][];
                for (int head = 0; head < heads; head++) {
                    double[] own = slice(key, head / (heads / shared), size);
                    keys[head] = turnsKeys ? position.key(own, s, numbers.in("position")) : own;
                }
                double[] scores = score.apply(queries, keys, numbers.in("score"));
                for (int head = 0; head < heads; head++) {
                    double added = position.bias(
                            new RelativePositionFormulas.Pair(head, heads, queries[head], keys[head], t, s),
                            numbers.in("position"));
                    exponentials[s][head] = Math.exp(scores[head] + added);
                    totals[head] += exponentials[s][head];
                }
            }
            double[] y = new double[query.length];
            for (int s = 0; s < memory.length; s++) {
                double[] weights = new double[heads];
                for (int head = 0; head < heads; head++) {
                    weights[head] = totals[head] == 0 ? 0 : exponentials[s][head] / totals[head];
                }
                weights = score.weights(weights, numbers.in("score"));
                for (int i = 0; i < y.length; i++) {
                    int head = i / size;
                    double[] vector = slice(vectors[s], head / (heads / shared), size);
                    if (turnsKeys) {
                        vector = position.value(vector, s, numbers.in("position"));
                    }
                    double[] beside = position.gathered(t, s, size, numbers.in("position"));
                    y[i] += weights[head] * (vector[i % size] + beside[i % size]);
                }
            }
            return y;
        }

        /// One of the four projections, group by group.
        private double[] projected(String name, double[] x) {
            ProjectionGroups groups = value.groups();
            ProjectionBias bias = value.bias();
            return switch (name) {
                case "query" -> clipped(numbers.in(name).linear(x, bias.query, groups.query()));
                case "key" -> clipped(numbers.in(name).linear(x, bias.key, groups.key()));
                case "value" -> clipped(numbers.in(name).linear(x, bias.value, groups.value()));
                default -> numbers.in(name).linear(x, bias.output, groups.output());
            };
        }

        private double[] clipped(double[] x) {
            double most = value.clip().orElse(Double.MAX_VALUE);
            return Arrays.stream(x).map(y -> Math.max(-most, Math.min(most, y))).toArray();
        }

        private double[] normed(double[] x, String name, int heads) {
            Numbers weights = numbers.in(name).in("norm");
            var norm = NormFormulas.of(value.norm().norm());
            int size = x.length / heads;
            return switch (value.norm().heads()) {
                case JOINT -> norm.apply(x, weights);
                case SHARED -> joined(heads, head -> norm.apply(slice(x, head, size), weights));
                case SEPARATE ->
                    joined(heads, head -> norm.apply(slice(x, head, size), weights.in(Integer.toString(head))));
            };
        }

        private static double[] joined(int heads, java.util.function.IntFunction<double[]> each) {
            return IntStream.range(0, heads)
                    .mapToObj(each)
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
        }

        private static double[] slice(double[] x, int index, int size) {
            return Arrays.copyOfRange(x, index * size, (index + 1) * size);
        }
    }
}
