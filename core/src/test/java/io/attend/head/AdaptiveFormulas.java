package io.attend.head;

import io.attend.embedding.AdaptiveTable;
import io.attend.layer.Bias;
import io.attend.layer.Numbers;
import java.util.List;

/// The adaptive softmax of one vector, as the papers have it.
final class AdaptiveFormulas {
    private AdaptiveFormulas() {}

    /// Grave et al. 2017.
    static double[] own(AdaptiveHead value, double[] x, Numbers numbers) {
        double[] frequent = numbers.in("0").linear(x, value.bias());
        double[] gate = numbers.in("gate").linear(x, value.bias());
        double[][] rest = new double[value.cutoffs().size()][];
        for (int band = 0; band < rest.length; band++) {
            Numbers here = numbers.in(Integer.toString(band + 1));
            rest[band] = here.linear(here.in("narrow").linear(x, Bias.NONE), value.bias());
        }
        return logs(frequent, gate, rest);
    }

    /// Transformer-XL: the words of the table and their widenings, transposed.
    static double[] tied(TiedAdaptiveHead value, AdaptiveTable table, double[] x, Numbers numbers, Numbers words) {
        double[][] scores = new double[table.cutoffs().size() + 1][];
        double[] gate = {};
        int width = x.length;
        for (int band = 0; band < scores.length; band++) {
            Numbers here = numbers.in(Integer.toString(band));
            Numbers there = words.in(Integer.toString(band));
            double[] narrowed = new double[width];
            if ((band == 0 ? value.first() : value.rest()) == Tying.OWN) {
                narrowed = here.in("narrow").linear(x, Bias.NONE);
            } else {
                double[][] widening = there.in("widening").matrix("weight", width);
                for (int e = 0; e < x.length; e++) {
                    for (int n = 0; n < width; n++) {
                        narrowed[n] += widening[e][n] * x[e];
                    }
                }
            }
            double[][] weight = there.matrix("weight", width);
            scores[band] = here.vector("bias").clone();
            for (int word = 0; word < weight.length; word++) {
                for (int n = 0; n < width; n++) {
                    scores[band][word] += weight[word][n] * narrowed[n];
                }
            }
            if (band == 0) {
                gate = numbers.in("gate").linear(narrowed, Bias.ADDED);
                there.in("widening").matrix("weight", width); // read where words are looked up
            }
            width /= table.divisor();
        }
        return logs(scores[0], gate, List.of(scores).subList(1, scores.length).toArray(double[][]::new));
    }

    private static double[] logs(double[] frequent, double[] gate, double[][] rest) {
        double[] first = new double[frequent.length + gate.length];
        System.arraycopy(frequent, 0, first, 0, frequent.length);
        System.arraycopy(gate, 0, first, frequent.length, gate.length);
        double[] steps = logSoftmax(first);
        int words = frequent.length;
        for (double[] band : rest) {
            words += band.length;
        }
        double[] logs = new double[words];
        System.arraycopy(steps, 0, logs, 0, frequent.length);
        int at = frequent.length;
        for (int band = 0; band < rest.length; band++) {
            for (double log : logSoftmax(rest[band])) {
                logs[at++] = steps[frequent.length + band] + log;
            }
        }
        return logs;
    }

    private static double[] logSoftmax(double[] scores) {
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score);
        }
        double log = Math.log(sum);
        return java.util.Arrays.stream(scores).map(score -> score - log).toArray();
    }
}
