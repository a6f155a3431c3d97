package io.attend.metric;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// How well classes are predicted, from how often each was predicted for each.
public final class Classification {
    /// By wanted and then by predicted class, in order.
    private final Map<Integer, Map<Integer, Integer>> counts = new TreeMap<>();

    private final int total;

    private Classification(int[] predicted, int[] wanted) {
        Pairs.check(predicted.length, wanted.length);
        total = predicted.length;
        for (int one : predicted) {
            counts.computeIfAbsent(one, _ -> new TreeMap<>());
        }
        for (int i = 0; i < total; i++) {
            counts.computeIfAbsent(wanted[i], _ -> new TreeMap<>()).merge(predicted[i], 1, Integer::sum);
        }
    }

    /// @throws IllegalArgumentException if there are not as many predictions as wanted classes, or none
    public static Classification of(int[] predicted, int[] wanted) {
        return new Classification(predicted, wanted);
    }

    private int count(int wanted, int predicted) {
        return counts.getOrDefault(wanted, Map.of()).getOrDefault(predicted, 0);
    }

    private int wanted(int one) {
        return Words.total(counts.getOrDefault(one, Map.of()));
    }

    private int predicted(int one) {
        return counts.keySet().stream().mapToInt(wanted -> count(wanted, one)).sum();
    }

    private int right() {
        return counts.keySet().stream().mapToInt(one -> count(one, one)).sum();
    }

    /// The share predicted right.
    public double accuracy() {
        return (double) right() / total;
    }

    /// Of one class against all others.
    public PrecisionRecall of(int positive) {
        return PrecisionRecall.of(count(positive, positive), predicted(positive), wanted(positive));
    }

    /// Of every class that is wanted or predicted.
    public Map<Integer, PrecisionRecall> each() {
        Map<Integer, PrecisionRecall> each = new LinkedHashMap<>();
        counts.keySet().forEach(one -> each.put(one, of(one)));
        return each;
    }

    /// F1 of one class against all others.
    public double f1(int positive) {
        return of(positive).f1();
    }

    /// F1 over all predictions alike, which is the accuracy where each has one class.
    public double microF1() {
        return PrecisionRecall.of(right(), total, total).f1();
    }

    /// The mean of the classes' F1, rare and frequent ones alike.
    public double macroF1() {
        return each().values().stream()
                .mapToDouble(PrecisionRecall::f1)
                .average()
                .orElseThrow();
    }

    /// Matthews's correlation (Matthews 1975; of several classes Gorodkin 2004): 1 if all are right, 0 for
    /// chance and where all predictions, or all that is wanted, are one class.
    ///
    ///     (c s − Σₖ pₖ wₖ) / √((s² − Σ pₖ²)(s² − Σ wₖ²))
    ///
    /// with c right of s, pₖ times predicted and wₖ times wanted.
    public double matthews() {
        double squared = (double) total * total;
        int[] classes = counts.keySet().stream().mapToInt(Integer::intValue).toArray();
        double both = Arrays.stream(classes)
                .mapToDouble(k -> (double) predicted(k) * wanted(k))
                .sum();
        double predicted = Arrays.stream(classes)
                .mapToDouble(k -> Math.pow(predicted(k), 2))
                .sum();
        double wanted =
                Arrays.stream(classes).mapToDouble(k -> Math.pow(wanted(k), 2)).sum();
        double spread = Math.sqrt((squared - predicted) * (squared - wanted));
        return spread == 0 ? 0 : ((double) right() * total - both) / spread;
    }
}
