package io.attend.tokenizer.trainer;

import io.attend.tokenizer.model.Merge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Merging the most frequent pair of neighbours, again and again.
///
/// All words lie one behind the other as linked symbols. For each pair its count and the places where it was
/// seen are kept, so a merge touches only those places: the whole costs about O(symbols · log symbols). A heap
/// orders the pairs; an entry whose count has changed meanwhile goes back in.
final class PairMerging {
    private static final int NONE = -1;

    private final BpeTrainer trainer;
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<Merge> merges = new ArrayList<>();

    // Symbols: id (NONE: merged away), neighbours within the word, and how often the word occurs.
    private int[] symbols = new int[1 << 16];
    private int[] next;
    private int[] previous;
    private long[] weights = new long[1 << 16];
    private boolean[] begins = new boolean[1 << 16];
    private int size;

    // Pairs, by open addressing on left << 32 | right; NONE marks a free slot.
    private long[] keys = new long[1 << 16];
    private int[] slots = new int[1 << 16];
    private long[] counts = new long[1 << 14];
    private int[][] places = new int[1 << 14][];
    private int[] placeCounts = new int[1 << 14];
    private long[] pairs = new long[1 << 14];
    private int pairCount;

    // The heap: pairs and the counts they had when they went in.
    private int[] heap = new int[1 << 14];
    private long[] heapCounts = new long[1 << 14];
    private int heaped;

    PairMerging(BpeTrainer trainer, WordCounts words) {
        this.trainer = trainer;
        trainer.specials().forEach(this::token);
        Set<Integer> alphabet = alphabet(words);
        symbols(words, alphabet);
        next = new int[size];
        previous = new int[size];
        for (int i = 0; i < size; i++) {
            previous[i] = begins[i] ? NONE : i - 1;
            next[i] = i + 1 < size && !begins[i + 1] ? i + 1 : NONE;
        }
        Arrays.fill(slots, NONE);
    }

    List<String> tokens() {
        return tokens;
    }

    List<Merge> merges() {
        return merges;
    }

    private int token(String token) {
        return ids.computeIfAbsent(token, t -> {
            tokens.add(t);
            return tokens.size() - 1;
        });
    }

    /// The code points that become tokens: the trainer's, and the most frequent of the texts.
    private Set<Integer> alphabet(WordCounts words) {
        Map<Integer, Long> seen = new TreeMap<>();
        char[] chars = words.chars();
        for (int word = 0; word < words.size(); word++) {
            for (int i = words.start(word); i < words.end(word); ) {
                int codePoint = Character.codePointAt(chars, i, words.end(word));
                seen.merge(codePoint, words.count(word), Long::sum);
                i += Character.charCount(codePoint);
            }
        }
        Set<Integer> kept = new LinkedHashSet<>();
        trainer.alphabet().forEach(c -> kept.add(c.codePointAt(0)));
        int room = Math.max(0, trainer.alphabetLimit() - kept.size());
        seen.entrySet().stream()
                .filter(e -> !kept.contains(e.getKey()))
                .sorted(Map.Entry.<Integer, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(room)
                .map(Map.Entry::getKey)
                .toList()
                .forEach(kept::add);
        kept.stream().sorted().forEach(c -> token(Character.toString(c)));
        return new HashSet<>(kept);
    }

    /// Lays the words out as symbols. With a prefix or suffix, the inner and last characters are tokens of
    /// their own.
    private void symbols(WordCounts words, Set<Integer> alphabet) {
        String prefix = trainer.continuingSubwordPrefix().orElse("");
        String suffix = trainer.endOfWordSuffix().orElse("");
        char[] chars = words.chars();
        for (int word = 0; word < words.size(); word++) {
            int end = words.end(word);
            boolean first = true;
            for (int i = words.start(word); i < end; ) {
                int codePoint = Character.codePointAt(chars, i, end);
                i += Character.charCount(codePoint);
                if (!alphabet.contains(codePoint)) {
                    continue;
                }
                if (size == symbols.length) {
                    symbols = Arrays.copyOf(symbols, size * 2);
                    weights = Arrays.copyOf(weights, size * 2);
                    begins = Arrays.copyOf(begins, size * 2);
                }
                String token = Character.toString(codePoint);
                boolean starts = i - Character.charCount(codePoint) == words.start(word);
                symbols[size] = token((starts ? "" : prefix) + token + (i == end ? suffix : ""));
                weights[size] = words.count(word);
                begins[size] = first;
                first = false;
                size++;
            }
        }
    }

    void run(Progress progress) {
        for (int i = 0; i < size; i++) {
            if (next[i] != NONE) {
                count(symbols[i], symbols[next[i]], weights[i], i);
            }
        }
        for (int pair = 0; pair < pairCount; pair++) {
            push(pair);
        }
        int prefix = trainer.continuingSubwordPrefix().map(String::length).orElse(0);
        int goal = trainer.vocabularySize();
        while (tokens.size() < goal && heaped > 0) {
            long expected = heapCounts[0];
            int pair = pop();
            if (counts[pair] != expected) {
                if (counts[pair] > 0) {
                    push(pair);
                }
                continue;
            }
            if (counts[pair] < 1 || counts[pair] < trainer.minFrequency()) {
                break;
            }
            String left = tokens.get((int) (pairs[pair] >>> 32));
            String right = tokens.get((int) pairs[pair]);
            String made = left + right.substring(prefix);
            if (made.codePointCount(0, made.length()) > trainer.longestToken()) {
                continue;
            }
            merges.add(new Merge(left, right));
            merge(pair, token(made));
            if (merges.size() % 256 == 0) {
                progress.at("merges", tokens.size(), goal);
            }
        }
        progress.at("merges", tokens.size(), tokens.size());
    }

    private void merge(int pair, int made) {
        int left = (int) (pairs[pair] >>> 32);
        int right = (int) pairs[pair];
        int[] at = places[pair];
        int count = placeCounts[pair];
        if (left == right) {
            Arrays.sort(at, 0, count);
        }
        int known = pairCount;
        List<Integer> grown = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            int i = at[k];
            int j = symbols[i] == left ? next[i] : NONE;
            if (j == NONE || symbols[j] != right) {
                continue;
            }
            long weight = weights[i];
            counts[pair] -= weight;
            int before = previous[i];
            int after = next[j];
            symbols[i] = made;
            symbols[j] = NONE;
            next[i] = after;
            if (after != NONE) {
                previous[after] = i;
                discount(right, symbols[after], weight);
                int changed = count(made, symbols[after], weight, i);
                if (changed < known) {
                    grown.add(changed);
                }
            }
            if (before != NONE) {
                discount(symbols[before], left, weight);
                int changed = count(symbols[before], made, weight, before);
                if (changed < known) {
                    grown.add(changed);
                }
            }
        }
        places[pair] = new int[0];
        placeCounts[pair] = 0;
        counts[pair] = 0;
        for (int fresh = known; fresh < pairCount; fresh++) {
            push(fresh);
        }
        grown.stream().distinct().forEach(this::push);
    }

    /// Counts a pair seen at a place, and returns which it is.
    private int count(int left, int right, long weight, int place) {
        long key = (long) left << 32 | right;
        int slot = find(key);
        int pair = slots[slot];
        if (pair == NONE) {
            pair = add(key, slot);
        }
        counts[pair] += weight;
        int[] at = places[pair];
        if (placeCounts[pair] == at.length) {
            at = Arrays.copyOf(at, Math.max(2, at.length * 2));
            places[pair] = at;
        }
        at[placeCounts[pair]++] = place;
        return pair;
    }

    private void discount(int left, int right, long weight) {
        int pair = slots[find((long) left << 32 | right)];
        if (pair != NONE) {
            counts[pair] -= weight;
        }
    }

    private int add(long key, int slot) {
        if (pairCount == counts.length) {
            counts = Arrays.copyOf(counts, pairCount * 2);
            places = Arrays.copyOf(places, pairCount * 2);
            placeCounts = Arrays.copyOf(placeCounts, pairCount * 2);
            pairs = Arrays.copyOf(pairs, pairCount * 2);
        }
        int pair = pairCount++;
        pairs[pair] = key;
        places[pair] = new int[2];
        keys[slot] = key;
        slots[slot] = pair;
        if (pairCount * 2 > slots.length) {
            keys = new long[slots.length * 2];
            slots = new int[slots.length * 2];
            Arrays.fill(slots, NONE);
            for (int p = 0; p < pairCount; p++) {
                int free = find(pairs[p]);
                keys[free] = pairs[p];
                slots[free] = p;
            }
        }
        return pair;
    }

    private int find(long key) {
        int mask = slots.length - 1;
        int slot = (int) ((key ^ key >>> 29) * 0x9E3779B97F4A7C15L >>> 32) & mask;
        while (slots[slot] != NONE && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private boolean before(long countA, int a, long countB, int b) {
        return countA != countB ? countA > countB : pairs[a] < pairs[b];
    }

    private void push(int pair) {
        if (heaped == heap.length) {
            heap = Arrays.copyOf(heap, heaped * 2);
            heapCounts = Arrays.copyOf(heapCounts, heaped * 2);
        }
        long count = counts[pair];
        int at = heaped++;
        while (at > 0 && before(count, pair, heapCounts[at - 1 >> 1], heap[at - 1 >> 1])) {
            heap[at] = heap[at - 1 >> 1];
            heapCounts[at] = heapCounts[at - 1 >> 1];
            at = at - 1 >> 1;
        }
        heap[at] = pair;
        heapCounts[at] = count;
    }

    private int pop() {
        int top = heap[0];
        int last = heap[--heaped];
        long count = heapCounts[heaped];
        int at = 0;
        while (2 * at + 1 < heaped) {
            int child = 2 * at + 1;
            if (child + 1 < heaped && before(heapCounts[child + 1], heap[child + 1], heapCounts[child], heap[child])) {
                child++;
            }
            if (!before(heapCounts[child], heap[child], count, last)) {
                break;
            }
            heap[at] = heap[child];
            heapCounts[at] = heapCounts[child];
            at = child;
        }
        heap[at] = last;
        heapCounts[at] = count;
        return top;
    }
}
