package io.attend.tokenizer.trainer;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// The substrings that cover the most text: those with the greatest `count · length`.
///
/// All suffixes of all words are sorted by their first characters (three-way radix quicksort), so that a
/// substring is a range of them. Only substrings count that are followed by different characters: of
/// `transforme` and `transformer`, which occur equally often, the longer.
final class Substrings {
    private final char[] chars;
    private final int[] suffixes;
    private final int[] wordEnds;
    private final long[] weights;
    private final int longest;

    // What was found: score, place and length.
    private double[] scores = new double[1 << 12];
    private int[] places = new int[1 << 12];
    private int[] lengths = new int[1 << 12];
    private int found;

    private Substrings(WordCounts words, int longest) {
        this.longest = longest;
        chars = words.chars();
        int total = words.size() == 0 ? 0 : words.end(words.size() - 1);
        suffixes = new int[total];
        wordEnds = new int[total];
        weights = new long[total];
        for (int word = 0; word < words.size(); word++) {
            for (int i = words.start(word); i < words.end(word); i++) {
                suffixes[i] = i;
                wordEnds[i] = words.end(word);
                weights[i] = words.count(word);
            }
        }
    }

    /// The best `most` substrings of two code points and more with their counts, behind all `characters` with
    /// theirs.
    static Map<String, Double> seeds(WordCounts words, Map<String, Long> characters, int most, int longest) {
        Substrings substrings = new Substrings(words, longest);
        substrings.sort(0, substrings.suffixes.length, 0);
        Map<String, Double> seeds = new LinkedHashMap<>();
        characters.forEach((character, count) -> seeds.put(character, (double) count));
        substrings.best(most - seeds.size(), seeds);
        return seeds;
    }

    private void best(int most, Map<String, Double> seeds) {
        Integer[] order = new Integer[found];
        Arrays.setAll(order, i -> i);
        Arrays.parallelSort(
                order,
                (a, b) -> scores[a] != scores[b]
                        ? Double.compare(scores[b], scores[a])
                        : Arrays.compare(
                                chars, places[a], places[a] + lengths[a], chars, places[b], places[b] + lengths[b]));
        for (int i = 0; i < Math.min(most, found); i++) {
            int at = order[i];
            seeds.putIfAbsent(new String(chars, places[at], lengths[at]), scores[at]);
        }
    }

    /// Sorts the suffixes in `[low, high)`, which share `depth` characters, and notes what they share.
    private void sort(int low, int high, int depth) {
        int shared = depth;
        while (high - low > 1 && shared < longest && shares(low, high, shared)) {
            shared++;
        }
        if (shared > 0) {
            note(low, high, shared);
        }
        if (high - low > 1 && shared < longest) {
            partition(low, high, shared);
        }
    }

    /// Sorts by the character at `depth`, ranges of equal ones then by what follows.
    private void partition(int low, int high, int depth) {
        int from = low;
        int to = high;
        while (to - from > 1) {
            int pivot = at(suffixes[from + (to - from >>> 1)], depth);
            int less = from;
            int more = to;
            for (int i = from; i < more; ) {
                int c = at(suffixes[i], depth);
                if (c < pivot) {
                    swap(less++, i++);
                } else if (c > pivot) {
                    swap(i, --more);
                } else {
                    i++;
                }
            }
            if (pivot >= 0) {
                sort(less, more, depth + 1);
            }
            // The smaller side by recursion, the larger in this loop: the stack stays shallow.
            if (less - from < to - more) {
                partition(from, less, depth);
                from = more;
            } else {
                partition(more, to, depth);
                to = less;
            }
        }
        if (to - from == 1 && at(suffixes[from], depth) >= 0) {
            sort(from, to, depth + 1);
        }
    }

    private boolean shares(int low, int high, int depth) {
        int c = at(suffixes[low], depth);
        for (int i = low + 1; i < high; i++) {
            if (at(suffixes[i], depth) != c) {
                return false;
            }
        }
        return c >= 0;
    }

    /// The character `depth` behind a place; -1 where its word has ended.
    private int at(int place, int depth) {
        return place + depth < wordEnds[place] ? chars[place + depth] : -1;
    }

    private void note(int low, int high, int length) {
        int place = suffixes[low];
        if (length < 2
                || Character.isLowSurrogate(chars[place])
                || Character.isHighSurrogate(chars[place + length - 1])
                || length == 2 && Character.isHighSurrogate(chars[place])) {
            return;
        }
        long count = 0;
        for (int i = low; i < high; i++) {
            count += weights[suffixes[i]];
        }
        if (count < 2) {
            return;
        }
        if (found == scores.length) {
            scores = Arrays.copyOf(scores, found * 2);
            places = Arrays.copyOf(places, found * 2);
            lengths = Arrays.copyOf(lengths, found * 2);
        }
        scores[found] = (double) count * length;
        places[found] = place;
        lengths[found++] = length;
    }

    private void swap(int a, int b) {
        int suffix = suffixes[a];
        suffixes[a] = suffixes[b];
        suffixes[b] = suffix;
    }
}
