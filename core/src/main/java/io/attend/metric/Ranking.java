package io.attend.metric;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How well a search ranks what it finds, for one query; take the mean over queries.
public final class Ranking {
    private Ranking() {}

    /// One over the rank of the first relevant result, 0 without one. Its mean over queries is MRR.
    public static <T> double reciprocalRank(List<T> ranked, Set<T> relevant) {
        check(ranked, relevant.size());
        for (int i = 0; i < ranked.size(); i++) {
            if (relevant.contains(ranked.get(i))) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }

    /// The share of all relevant results that is among the first k.
    public static <T> double recall(int k, List<T> ranked, Set<T> relevant) {
        check(ranked, relevant.size());
        positive(k);
        return (double) ranked.stream().limit(k).filter(relevant::contains).count() / relevant.size();
    }

    /// Normalised discounted cumulative gain of the first k (Järvelin & Kekäläinen 2002).
    ///
    ///     Σᵢ gainᵢ / log₂(i + 1), as a share of the most there could be
    ///
    /// @param gains of relevant results; others gain 0
    public static <T> double ndcg(int k, List<T> ranked, Map<T, Double> gains) {
        check(ranked, gains.size());
        positive(k);
        double[] best = gains.values().stream()
                .sorted(Comparator.reverseOrder())
                .mapToDouble(Double::doubleValue)
                .toArray();
        double[] ours = ranked.stream()
                .mapToDouble(result -> gains.getOrDefault(result, 0.0))
                .toArray();
        return discounted(k, ours) / discounted(k, best);
    }

    private static double discounted(int k, double[] gains) {
        double sum = 0;
        for (int i = 0; i < Math.min(k, gains.length); i++) {
            sum += gains[i] * Math.log(2) / Math.log(i + 2.0);
        }
        return sum;
    }

    private static void positive(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("k must be at least 1, not " + k);
        }
    }

    private static <T> void check(List<T> ranked, int relevant) {
        if (relevant == 0) {
            throw new IllegalArgumentException("a query without a relevant result cannot be measured");
        }
        if (Set.copyOf(ranked).size() != ranked.size()) {
            throw new IllegalArgumentException("a result is ranked twice");
        }
    }
}
