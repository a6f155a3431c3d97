package io.attend.tokenizer.model;

import io.attend.tokenizer.text.Tokens;
import java.util.Arrays;

/// The tokens of words seen before, for one thread: open addressing over flat arrays, so that a hit is one
/// probe, one comparison and one copy, and neither hit nor miss makes garbage. When it is full it forgets
/// everything.
///
/// At most about 6 MB.
final class WordCache {
    /// Longer pieces are not remembered: they rarely come back.
    static final int LONGEST = 128;

    private static final int SLOTS = 1 << 17;
    private static final int MOST = SLOTS * 5 / 8;
    private static final int CHARS = 1 << 20;
    private static final int TOKENS = 1 << 19;

    // Per slot: the hash, where the characters are, their count over the count of tokens, where the tokens are.
    private int[] slots = new int[4 << 10];
    private int mask = (1 << 10) - 1;
    private char[] chars = new char[1 << 12];
    private int[] tokens = new int[1 << 12];
    private int words;
    private int charsEnd;
    private int tokensEnd;

    /// A hash of `chars[start, end)`.
    static int hash(char[] chars, int start, int end) {
        int hash = end - start;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + chars[i];
        }
        hash *= 0x9E3779B9;
        return hash ^ hash >>> 15;
    }

    /// Adds the tokens of a word to `out`, if it has been seen.
    boolean find(int hash, char[] text, int start, int end, Tokens out) {
        int length = end - start;
        int slot = hash & mask;
        int sizes;
        while ((sizes = slots[4 * slot + 2]) != 0) {
            if (slots[4 * slot] == hash && sizes >>> 16 == length) {
                int at = slots[4 * slot + 1];
                int i = 0;
                while (i < length && chars[at + i] == text[start + i]) {
                    i++;
                }
                if (i == length) {
                    out.addRun(tokens, slots[4 * slot + 3], sizes & 0xffff, start);
                    return true;
                }
            }
            slot = slot + 1 & mask;
        }
        return false;
    }

    /// Remembers that `text[start, end)` gave the tokens of `out` from `from` on.
    void keep(int hash, char[] text, int start, int end, Tokens out, int from) {
        int length = end - start;
        int count = out.size() - from;
        if (words >= MOST || charsEnd + length > CHARS || tokensEnd + 2 * count > TOKENS) {
            Arrays.fill(slots, 0);
            words = 0;
            charsEnd = 0;
            tokensEnd = 0;
        }
        if (words * 8 >= (mask + 1) * 5) {
            widen();
        }
        while (charsEnd + length > chars.length) {
            chars = Arrays.copyOf(chars, chars.length * 2);
        }
        while (tokensEnd + 2 * count > tokens.length) {
            tokens = Arrays.copyOf(tokens, tokens.length * 2);
        }
        int slot = hash & mask;
        while (slots[4 * slot + 2] != 0) {
            slot = slot + 1 & mask;
        }
        slots[4 * slot] = hash;
        slots[4 * slot + 1] = charsEnd;
        slots[4 * slot + 2] = length << 16 | count;
        slots[4 * slot + 3] = tokensEnd;
        System.arraycopy(text, start, chars, charsEnd, length);
        charsEnd += length;
        for (int i = from; i < out.size(); i++) {
            tokens[tokensEnd++] = out.id(i);
            tokens[tokensEnd++] = out.start(i) - start << 16 | out.end(i) - start;
        }
        words++;
    }

    private void widen() {
        int[] old = slots;
        slots = new int[old.length * 2];
        mask = mask * 2 + 1;
        for (int i = 0; i < old.length; i += 4) {
            if (old[i + 2] != 0) {
                int slot = old[i] & mask;
                while (slots[4 * slot + 2] != 0) {
                    slot = slot + 1 & mask;
                }
                System.arraycopy(old, i, slots, 4 * slot, 4);
            }
        }
    }
}
