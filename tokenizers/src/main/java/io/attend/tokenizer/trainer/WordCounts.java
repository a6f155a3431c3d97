package io.attend.tokenizer.trainer;

import java.util.Arrays;

/// How often each word occurs, in flat arrays: counting a word again costs one probe and allocates nothing.
///
/// Memory is bounded: at [#LIMIT] distinct words those that occurred once are forgotten, which changes the
/// counts of rare words only (lossy counting, Manku and Motwani 2002).
public final class WordCounts {
    /// The most distinct words that are kept.
    public static final int LIMIT = 6_000_000;

    private char[] chars = new char[1 << 16];
    private int charsEnd;
    private int[] starts = new int[1 << 12];
    private int[] hashes = new int[1 << 12];
    private long[] counts = new long[1 << 12];
    private int size;
    private int[] slots = new int[1 << 14];

    public WordCounts() {
        Arrays.fill(slots, -1);
    }

    /// How many distinct words.
    public int size() {
        return size;
    }

    /// How often a word occurred.
    public long count(int word) {
        return counts[word];
    }

    /// Where a word begins in [#chars].
    public int start(int word) {
        return starts[word];
    }

    /// Where a word ends in [#chars].
    public int end(int word) {
        return word + 1 < size ? starts[word + 1] : charsEnd;
    }

    /// The characters of all words, one behind the other.
    public char[] chars() {
        return chars;
    }

    public String word(int word) {
        return new String(chars, start(word), end(word) - start(word));
    }

    /// Counts a word.
    public void add(String word, long count) {
        add(word.toCharArray(), 0, word.length(), count);
    }

    /// Counts the word `text[start, end)`.
    public void add(char[] text, int start, int end, long count) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + text[i];
        }
        hash *= 0x9E3779B9;
        hash ^= hash >>> 15;
        int mask = slots.length - 1;
        int slot = hash & mask;
        int word;
        while ((word = slots[slot]) >= 0) {
            if (hashes[word] == hash && Arrays.equals(chars, start(word), end(word), text, start, end)) {
                counts[word] += count;
                return;
            }
            slot = slot + 1 & mask;
        }
        if (size >= LIMIT) {
            forget();
            add(text, start, end, count);
            return;
        }
        append(text, start, end, hash, count);
        slots[slot] = size - 1;
        if (size * 2 > slots.length) {
            index(slots.length * 2);
        }
    }

    /// Adds the counts of `other`.
    public void addAll(WordCounts other) {
        for (int word = 0; word < other.size; word++) {
            add(other.chars, other.start(word), other.end(word), other.counts[word]);
        }
    }

    /// The same words, the most frequent first, among equals in the order of their characters.
    public WordCounts sorted() {
        Integer[] order = new Integer[size];
        Arrays.setAll(order, i -> i);
        Arrays.parallelSort(
                order,
                (a, b) -> counts[a] != counts[b]
                        ? Long.compare(counts[b], counts[a])
                        : Arrays.compare(chars, start(a), end(a), chars, start(b), end(b)));
        WordCounts sorted = new WordCounts();
        for (int word : order) {
            sorted.append(chars, start(word), end(word), hashes[word], counts[word]);
        }
        sorted.index(Integer.highestOneBit(Math.max(size, 4096)) * 4);
        return sorted;
    }

    private void append(char[] text, int start, int end, int hash, long count) {
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, size * 2);
            hashes = Arrays.copyOf(hashes, size * 2);
            counts = Arrays.copyOf(counts, size * 2);
        }
        int needed = Math.addExact(charsEnd, end - start);
        if (needed > chars.length) {
            chars = Arrays.copyOf(chars, Math.max(needed, Math.addExact(chars.length, chars.length >> 1)));
        }
        System.arraycopy(text, start, chars, charsEnd, end - start);
        starts[size] = charsEnd;
        hashes[size] = hash;
        counts[size] = count;
        charsEnd = needed;
        size++;
    }

    private void index(int capacity) {
        slots = new int[capacity];
        Arrays.fill(slots, -1);
        for (int word = 0; word < size; word++) {
            int slot = hashes[word] & capacity - 1;
            while (slots[slot] >= 0) {
                slot = slot + 1 & capacity - 1;
            }
            slots[slot] = word;
        }
    }

    private void forget() {
        WordCounts kept = new WordCounts();
        for (long least = 2; kept.size == 0 || kept.size > LIMIT / 2; least *= 2) {
            kept = new WordCounts();
            for (int word = 0; word < size; word++) {
                if (counts[word] >= least) {
                    kept.append(chars, start(word), end(word), hashes[word], counts[word]);
                }
            }
            if (kept.size == 0) {
                break;
            }
        }
        kept.index(slots.length);
        chars = kept.chars;
        charsEnd = kept.charsEnd;
        starts = kept.starts;
        hashes = kept.hashes;
        counts = kept.counts;
        size = kept.size;
        slots = kept.slots;
    }
}
