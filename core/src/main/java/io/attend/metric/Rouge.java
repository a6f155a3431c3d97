package io.attend.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// ROUGE (Lin 2004) as the package rouge-score defines it, which follows the original script: how much of a
/// reference summary is in another one.
///
/// Text is lower-cased and split at all but a-z and 0-9, so it means little for other scripts.
public enum Rouge {
    /// Words as they are.
    PLAIN(word -> word),
    /// Words of more than 3 letters cut to their stems by Porter's rules.
    STEMMED(word -> word.length() > 3 ? PorterStemmer.stem(word) : word);

    private final UnaryOperator<String> form;

    Rouge(UnaryOperator<String> form) {
        this.form = form;
    }

    /// Shared runs of n words: ROUGE-1, ROUGE-2, ...
    public PrecisionRecall n(int n, String prediction, String reference) {
        if (n < 1) {
            throw new IllegalArgumentException("ROUGE-n needs n of at least 1, not " + n);
        }
        Map<List<String>, Integer> predicted = Words.runs(words(prediction), n);
        Map<List<String>, Integer> wanted = Words.runs(words(reference), n);
        return PrecisionRecall.of(Words.shared(wanted, predicted), Words.total(predicted), Words.total(wanted));
    }

    /// The longest common subsequence of the whole texts: ROUGE-L.
    public PrecisionRecall l(String prediction, String reference) {
        List<String> predicted = words(prediction);
        List<String> wanted = words(reference);
        return PrecisionRecall.of(common(wanted, predicted).size(), predicted.size(), wanted.size());
    }

    /// Longest common subsequences of each line of the reference with any line of the prediction, taken
    /// together: ROUGE-Lsum. Lines are sentences.
    public PrecisionRecall lSum(String prediction, String reference) {
        List<List<String>> predicted = lines(prediction);
        List<List<String>> wanted = lines(reference);
        Map<String, Integer> leftPredicted = counts(predicted);
        Map<String, Integer> leftWanted = counts(wanted);
        int right = 0;
        for (List<String> line : wanted) {
            TreeSet<Integer> union = new TreeSet<>();
            predicted.forEach(other -> union.addAll(common(line, other)));
            for (int at : union) {
                String word = line.get(at);
                if (leftPredicted.getOrDefault(word, 0) > 0 && leftWanted.getOrDefault(word, 0) > 0) {
                    leftPredicted.merge(word, -1, Integer::sum);
                    leftWanted.merge(word, -1, Integer::sum);
                    right++;
                }
            }
        }
        return PrecisionRecall.of(
                right,
                predicted.stream().mapToInt(List::size).sum(),
                wanted.stream().mapToInt(List::size).sum());
    }

    private List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+"))
                .filter(word -> !word.isEmpty())
                .map(form)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private List<List<String>> lines(String text) {
        return text.lines().filter(line -> !line.isEmpty()).map(this::words).toList();
    }

    private static Map<String, Integer> counts(List<List<String>> lines) {
        Map<String, Integer> counts = new HashMap<>();
        lines.forEach(line -> line.forEach(word -> counts.merge(word, 1, Integer::sum)));
        return counts;
    }

    /// Where in `wanted` the words of one longest common subsequence stand.
    private static List<Integer> common(List<String> wanted, List<String> predicted) {
        int[][] longest = new int[wanted.size() + 1][predicted.size() + 1];
        for (int i = 1; i <= wanted.size(); i++) {
            for (int j = 1; j <= predicted.size(); j++) {
                longest[i][j] = wanted.get(i - 1).equals(predicted.get(j - 1))
                        ? longest[i - 1][j - 1] + 1
                        : Math.max(longest[i - 1][j], longest[i][j - 1]);
            }
        }
        List<Integer> places = new ArrayList<>();
        int i = wanted.size();
        int j = predicted.size();
        while (i > 0 && j > 0) {
            if (wanted.get(i - 1).equals(predicted.get(j - 1))) {
                places.add(--i);
                j--;
            } else if (longest[i][j - 1] > longest[i - 1][j]) {
                j--;
            } else {
                i--;
            }
        }
        return places;
    }
}
