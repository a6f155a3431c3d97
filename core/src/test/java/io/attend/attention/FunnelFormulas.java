package io.attend.attention;

import static io.attend.attention.UnpairedFormulas.each;
import static io.attend.attention.UnpairedFormulas.softmax;
import static io.attend.attention.UnpairedFormulas.sum;

import io.attend.layer.Bias;
import io.attend.layer.LayerContract.Formula;
import io.attend.layer.Numbers;

/// Funnel's attention of a text that is not pooled and one text, one pair at a time.
final class FunnelFormulas {
    private FunnelFormulas() {}

    static Formula funnel(FunnelAttention value) {
        return (x, numbers, scene) -> {
            double[][] q = each(x, row -> numbers.in("query").linear(row, Bias.NONE));
            double[][] k = each(x, row -> numbers.in("key").linear(row, Bias.ADDED));
            double[][] v = each(x, row -> numbers.in("value").linear(row, Bias.ADDED));
            int heads = value.heads().count();
            int size = q[0].length / heads;
            Numbers position = numbers.in("position");
            double[] u = position.vector("content");
            double[] ofDistance = position.vector("distance");
            double[] ofText = numbers.in("segment").vector("query");
            double[] texts = numbers.in("segment").vector("weight"); // other, then same
            double[][] y = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] gathered = new double[q[0].length];
                for (int head = 0; head < heads; head++) {
                    int first = head * size;
                    int query = t;
                    double[] weights = softmax(x.length, s -> scene.keep()[s], s -> {
                        double[] distance = position.in("projection").linear(waves(query - s, x[0].length), Bias.NONE);
                        double score = 0;
                        for (int i = first; i < first + size; i++) {
                            score += (q[query][i] + u[i]) * k[s][i]
                                    + (q[query][i] + ofDistance[i]) * distance[i]
                                    + (q[query][i] + ofText[i]) * texts[q[0].length + i];
                        }
                        return score / Math.sqrt(size);
                    });
                    for (int i = first; i < first + size; i++) {
                        gathered[i] = sum(weights, v, i);
                    }
                }
                y[t] = numbers.in("output").linear(gathered, Bias.ADDED);
            }
            return y;
        };
    }

    private static double[] waves(int distance, int width) {
        double[] waves = new double[width];
        for (int i = 0; i < width / 2; i++) {
            double angle = distance / Math.pow(10_000, 2.0 * i / width);
            waves[i] = Math.sin(angle);
            waves[width / 2 + i] = Math.cos(angle);
        }
        return waves;
    }
}
