package io.attend.task;

import java.util.Comparator;
import java.util.stream.IntStream;

/// What several tasks need of numbers.
final class Checks {
    private Checks() {}

    static void top(int top) {
        if (top < 1) {
            throw new IllegalArgumentException("top must be at least 1, not " + top);
        }
    }

    /// The places of the largest numbers, the largest first, equal ones in order.
    static int[] best(double[] numbers, int count) {
        return IntStream.range(0, numbers.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -numbers[i]))
                .limit(count)
                .mapToInt(i -> i)
                .toArray();
    }

    static double[] softmax(double[] scores) {
        double most = IntStream.range(0, scores.length)
                .mapToDouble(i -> scores[i])
                .max()
                .orElseThrow();
        double sum = 0;
        double[] chances = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            chances[i] = Math.exp(scores[i] - most);
            sum += chances[i];
        }
        for (int i = 0; i < scores.length; i++) {
            chances[i] /= sum;
        }
        return chances;
    }

    /// [B, ...] as one array a row.
    static double[][] rows(io.attend.tensor.Tensor tensor) {
        double[] all = tensor.toDoubles();
        int rows = (int) tensor.size(0);
        int width = all.length / rows;
        return IntStream.range(0, rows)
                .mapToObj(row -> java.util.Arrays.copyOfRange(all, row * width, (row + 1) * width))
                .toArray(double[][]::new);
    }
}
