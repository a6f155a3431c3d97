package io.attend.generation;

import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.IntStream;

/// What rules need of a row of scores.
final class Scores {
    private Scores() {}

    /// [..., V] as one array a row.
    static float[][] rows(Tensor scores) {
        int words = (int) scores.size(scores.rank() - 1);
        float[] flat = scores.toFloats();
        float[][] rows = new float[flat.length / words][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(flat, row * words, (row + 1) * words);
        }
        return rows;
    }

    /// softmax(scores), [V]; a word ruled out has no chance.
    static double[] chances(float[] scores) {
        double most = Double.NEGATIVE_INFINITY;
        for (float score : scores) {
            most = Math.max(most, score);
        }
        double[] chances = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            chances[i] = Math.exp(scores[i] - most);
            sum += chances[i];
        }
        for (int i = 0; i < chances.length; i++) {
            chances[i] /= sum;
        }
        return chances;
    }

    /// − Σ p log p.
    static double entropy(double[] chances) {
        double sum = 0;
        for (double p : chances) {
            sum -= p > 0 ? p * Math.log(p) : 0;
        }
        return sum;
    }

    /// The first of the likeliest words.
    static int best(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    static void drop(float[] scores, int word) {
        scores[word] = Float.NEGATIVE_INFINITY;
    }

    /// Rules words out, unless none would stay.
    static void without(float[] scores, Collection<Integer> words) {
        float[] before = scores.clone();
        words.stream().filter(word -> word < scores.length).forEach(word -> drop(scores, word));
        for (float score : scores) {
            if (score > Float.NEGATIVE_INFINITY) {
                return;
            }
        }
        System.arraycopy(before, 0, scores, 0, scores.length);
    }

    /// Those of the given words, by a key, smallest first; equal ones by their number.
    static int[] sorted(IntStream words, java.util.function.IntToDoubleFunction key) {
        record Word(int word, double key) {}
        return words.mapToObj(word -> new Word(word, key.applyAsDouble(word)))
                .sorted(java.util.Comparator.comparingDouble(Word::key))
                .mapToInt(Word::word)
                .toArray();
    }

    /// The `count` largest score, counting from 1.
    static float ranked(float[] scores, int count) {
        if (count > 100) {
            float[] copy = scores.clone();
            Arrays.sort(copy);
            return copy[copy.length - count];
        }
        float[] best = new float[count]; // largest first
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        for (float score : scores) {
            if (score > best[count - 1]) {
                int place = count - 1;
                for (; place > 0 && best[place - 1] < score; place--) {
                    best[place] = best[place - 1];
                }
                best[place] = score;
            }
        }
        return best[count - 1];
    }

    /// The word at whose chances, laid end to end, a number from [0, 1) falls.
    static int draw(double[] chances, double number) {
        double sum = 0;
        int last = 0;
        for (int i = 0; i < chances.length; i++) {
            if (chances[i] > 0) {
                sum += chances[i];
                last = i;
                if (number < sum) {
                    return i;
                }
            }
        }
        return last; // rounding left a little beyond the last
    }
}
