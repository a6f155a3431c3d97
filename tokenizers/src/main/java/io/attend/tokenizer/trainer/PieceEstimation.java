package io.attend.tokenizer.trainer;

import io.attend.tokenizer.text.Trie;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Pieces and their probabilities, estimated by expectation maximisation over the ways to cut words.
///
/// Forward and backward sums run on probabilities, not logarithms; each piece's is scaled by a constant to the
/// power of its length, which leaves all ways to cut a word equally favoured and keeps the sums away from zero.
/// Words are split among a fixed number of shares that are added up in order, so the result does not depend on
/// the count of threads.
final class PieceEstimation {
    private static final int SHARES = 8;
    private static final double LEAST = 0.5;

    private final WordCounts words;
    private List<String> pieces;
    private double[] scores;
    private Trie trie = new Trie();
    private double unknown;
    private double scale;

    PieceEstimation(WordCounts words, Map<String, Double> seeds) {
        this.words = words;
        pieces = List.copyOf(seeds.keySet());
        double total = seeds.values().stream().mapToDouble(Double::doubleValue).sum();
        scores = seeds.values().stream()
                .mapToDouble(count -> Math.log(count) - Math.log(total))
                .toArray();
        index();
    }

    int size() {
        return pieces.size();
    }

    Map<String, Double> scores() {
        Map<String, Double> map = new LinkedHashMap<>();
        for (int i = 0; i < scores.length; i++) {
            map.put(pieces.get(i), scores[i]);
        }
        return map;
    }

    private void index() {
        trie = new Trie();
        for (int i = 0; i < pieces.size(); i++) {
            trie.put(pieces.get(i), i);
        }
        unknown = Arrays.stream(scores).min().orElse(0) - 10;
        // The scale: what a character of text costs on average.
        double cost = 0;
        double length = 0;
        for (int i = 0; i < scores.length; i++) {
            double p = Math.exp(scores[i]);
            cost -= p * scores[i];
            length += p * pieces.get(i).length();
        }
        scale = length > 0 ? cost / length : 0;
    }

    /// One E and one M step; pieces that are hardly expected any more go.
    void step() {
        double[] probabilities = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            probabilities[i] = Math.exp(scores[i] + scale * pieces.get(i).length());
        }
        double[][] shares = IntStream.range(0, SHARES)
                .parallel()
                .mapToObj(share -> {
                    double[] counts = new double[scores.length];
                    Sums sums = new Sums(probabilities, counts);
                    for (int word = share; word < words.size(); word += SHARES) {
                        sums.add(words.start(word), words.end(word), words.count(word));
                    }
                    return counts;
                })
                .toArray(double[][]::new);
        double[] counts = shares[0];
        for (int share = 1; share < SHARES; share++) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += shares[share][i];
            }
        }
        List<String> kept = new ArrayList<>();
        double[] expected = new double[counts.length];
        double total = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] >= LEAST) {
                expected[kept.size()] = counts[i];
                kept.add(pieces.get(i));
                total += counts[i];
            }
        }
        double logTotal = digamma(total);
        pieces = kept;
        scores = new double[kept.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = digamma(expected[i]) - logTotal;
        }
        index();
    }

    /// Forward and backward sums over the ways to cut a word.
    private final class Sums {
        private final double[] probabilities;
        private final double[] counts;
        private final char[] chars = words.chars();
        private final double unknownProbability = Math.exp(unknown + scale);
        private double[] forward = new double[64];
        private double[] backward = new double[64];

        Sums(double[] probabilities, double[] counts) {
            this.probabilities = probabilities;
            this.counts = counts;
        }

        /// Adds the expected counts of the pieces of a word that occurs `weight` times.
        void add(int start, int end, long weight) {
            int length = end - start;
            if (forward.length <= length) {
                forward = new double[length * 2];
                backward = new double[length * 2];
            }
            Arrays.fill(forward, 0, length + 1, 0);
            Arrays.fill(backward, 0, length + 1, 0);
            forward[0] = 1;
            for (int at = 0; at < length; at++) {
                walk(start, at, length, forward[at], true, 0);
            }
            double all = forward[length];
            if (!(all > 0) || Double.isInfinite(all)) {
                // Too long for the range of a double: half by half.
                int middle = start + length / 2;
                middle += Character.isLowSurrogate(chars[middle]) ? 1 : 0;
                if (length > 3) {
                    add(start, middle, weight);
                    add(middle, end, weight);
                }
                return;
            }
            backward[length] = 1;
            for (int at = length - 1; at >= 0; at--) {
                walk(start, at, length, forward[at], false, weight / all);
            }
        }

        private void walk(int start, int at, int length, double before, boolean isForward, double weight) {
            if (before == 0 || Character.isLowSurrogate(chars[start + at])) {
                return;
            }
            int units = Character.isHighSurrogate(chars[start + at]) && at + 1 < length ? 2 : 1;
            boolean single = false;
            double sum = 0;
            int node = Trie.ROOT;
            for (int i = at; i < length; i++) {
                node = trie.step(node, chars[start + i]);
                if (node == Trie.NOWHERE) {
                    break;
                }
                int piece = trie.value(node);
                if (piece >= 0) {
                    single |= i + 1 - at == units;
                    double p = probabilities[piece];
                    if (isForward) {
                        forward[i + 1] += before * p;
                    } else {
                        double behind = p * backward[i + 1];
                        sum += behind;
                        counts[piece] += before * behind * weight;
                    }
                }
            }
            if (!single) {
                if (isForward) {
                    forward[at + units] += before * unknownProbability;
                } else {
                    sum += unknownProbability * backward[at + units];
                }
            }
            if (!isForward) {
                backward[at] = sum;
            }
        }
    }

    /// Keeps the `most` pieces that the likelihood of the text can least do without: what goes is taken to be
    /// written with its own second-best pieces.
    void prune(int most) {
        double[][] shares = IntStream.range(0, SHARES)
                .parallel()
                .mapToObj(share -> {
                    double[] counts = new double[scores.length];
                    Best best = new Best(words.chars());
                    for (int word = share; word < words.size(); word += SHARES) {
                        best.search(words.start(word), words.end(word), -1);
                        for (int i = 0; i < best.count; i++) {
                            if (best.path[i] >= 0) {
                                counts[best.path[i]] += words.count(word);
                            }
                        }
                    }
                    return counts;
                })
                .toArray(double[][]::new);
        double[] counts = shares[0];
        for (int share = 1; share < SHARES; share++) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += shares[share][i];
            }
        }
        double total = Arrays.stream(counts).sum();
        double[] losses = new double[counts.length];
        IntStream.range(0, SHARES).parallel().forEach(share -> {
            for (int i = share; i < losses.length; i += SHARES) {
                losses[i] = loss(i, counts, total);
            }
        });
        Integer[] order = new Integer[losses.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(
                order, (a, b) -> losses[a] != losses[b] ? Double.compare(losses[b], losses[a]) : Integer.compare(a, b));
        int kept = 0;
        while (kept < Math.min(most, order.length) && losses[order[kept]] > Double.NEGATIVE_INFINITY) {
            kept++;
        }
        int[] survivors = Arrays.stream(order, 0, kept)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
        List<String> remaining = new ArrayList<>();
        double[] remainingScores = new double[kept];
        for (int i = 0; i < kept; i++) {
            remaining.add(pieces.get(survivors[i]));
            remainingScores[i] = scores[survivors[i]];
        }
        pieces = remaining;
        scores = remainingScores;
        index();
    }

    /// How much likelihood the text loses without a piece; infinite for what nothing can replace, and minus
    /// infinite for what is never used.
    private double loss(int piece, double[] counts, double total) {
        String text = pieces.get(piece);
        if (text.codePointCount(0, text.length()) == 1) {
            return Double.POSITIVE_INFINITY;
        }
        Best best = new Best(text.toCharArray());
        best.search(0, text.length(), -1);
        if (best.count > 1) {
            return counts[piece] == 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (counts[piece] == 0) {
            return Double.NEGATIVE_INFINITY;
        }
        best.search(0, text.length(), piece);
        double logTotal = Math.log(total);
        double logTotalWithout = Math.log(total + counts[piece] * (best.count - 1));
        double with = Math.log(counts[piece]) - logTotal;
        double without = 0;
        for (int i = 0; i < best.count; i++) {
            double count = best.path[i] < 0 ? 0 : counts[best.path[i]];
            without += Math.log(count + counts[piece]) - logTotalWithout;
        }
        return counts[piece] / total * (with - without);
    }

    /// The best way to cut a word, by Viterbi; -1 in the path is an unknown character.
    private final class Best {
        private final char[] chars;
        private double[] best = new double[64];
        private int[] last = new int[64];
        private int[] from = new int[64];
        private int[] path = new int[64];
        private int count;

        Best(char[] chars) {
            this.chars = chars;
        }

        /// Leaves the best path without piece `without` in [#path].
        void search(int start, int end, int without) {
            int length = end - start;
            if (best.length <= length) {
                best = new double[length * 2];
                last = new int[length * 2];
                from = new int[length * 2];
                path = new int[length * 2];
            }
            Arrays.fill(from, 0, length + 1, -1);
            best[0] = 0;
            for (int at = 0; at < length; ) {
                int units = Character.isHighSurrogate(chars[start + at]) && at + 1 < length ? 2 : 1;
                boolean single = false;
                int node = Trie.ROOT;
                for (int i = at; i < length; i++) {
                    node = trie.step(node, chars[start + i]);
                    if (node == Trie.NOWHERE) {
                        break;
                    }
                    int piece = trie.value(node);
                    if (piece >= 0 && piece != without) {
                        single |= i + 1 - at == units;
                        offer(at, i + 1, piece, scores[piece]);
                    }
                }
                if (!single) {
                    offer(at, at + units, -1, unknown);
                }
                at += units;
            }
            count = 0;
            for (int at = length; at > 0; at = from[at]) {
                path[count++] = last[at];
            }
        }

        private void offer(int begin, int end, int piece, double score) {
            double sum = best[begin] + score;
            if (from[end] < 0 || sum > best[end]) {
                best[end] = sum;
                last[end] = piece;
                from[end] = begin;
            }
        }
    }

    /// The derivative of log Γ, by its asymptotic series.
    static double digamma(double x) {
        double result = 0;
        double y = x;
        while (y < 7) {
            result -= 1 / y;
            y++;
        }
        y -= 0.5;
        double square = 1 / (y * y);
        return result
                + Math.log(y)
                + square * (1.0 / 24 - square * (7.0 / 960 - square * (31.0 / 8064 - square * 127.0 / 30720)));
    }
}
