package io.attend.tokenizer.text;

import java.util.Arrays;

/// Tokens as they are found: ids, the places they cover and the piece each came from, in arrays that grow.
public final class Tokens {
    private int[] ids = new int[128];
    private int[] starts = new int[128];
    private int[] ends = new int[128];
    private int[] words = new int[128];
    private int size;

    public int size() {
        return size;
    }

    public void clear() {
        size = 0;
    }

    /// Adds a token that covers `[start, end)`.
    public void add(int id, int start, int end) {
        if (size == ids.length) {
            grow(size + 1);
        }
        ids[size] = id;
        starts[size] = start;
        ends[size] = end;
        size++;
    }

    /// Adds `count` remembered tokens of a word that begins at `start`: each an id, then its place in the word,
    /// `first << 16 | last`.
    public void addRun(int[] run, int from, int count, int start) {
        if (size + count > ids.length) {
            grow(size + count);
        }
        for (int n = size, i = from; n < size + count; n++, i += 2) {
            int place = run[i + 1];
            ids[n] = run[i];
            starts[n] = start + (place >>> 16);
            ends[n] = start + (place & 0xffff);
        }
        size += count;
    }

    /// Drops the tokens from `size` on.
    public void shrink(int newSize) {
        size = newSize;
    }

    public int id(int token) {
        return ids[token];
    }

    public int start(int token) {
        return starts[token];
    }

    public int end(int token) {
        return ends[token];
    }

    /// Makes a token part of the one before it.
    public void fuse(int token) {
        ends[token - 1] = ends[token];
        int rest = size - token - 1;
        System.arraycopy(ids, token + 1, ids, token, rest);
        System.arraycopy(starts, token + 1, starts, token, rest);
        System.arraycopy(ends, token + 1, ends, token, rest);
        size--;
    }

    /// Says that the tokens from `from` on belong to `word`.
    public void word(int from, int word) {
        Arrays.fill(words, from, size, word);
    }

    /// Moves a token to `[start, end)`.
    public void place(int token, int start, int end) {
        starts[token] = start;
        ends[token] = end;
    }

    /// Turns the places of the tokens from `from` on, which are in `text`, into places in its input.
    public void place(int from, Text text) {
        for (int i = from; i < size; i++) {
            int start = starts[i];
            int end = ends[i];
            starts[i] = text.start(Math.min(start, Math.max(0, text.length() - 1)));
            ends[i] = end == start ? starts[i] : text.end(end);
        }
    }

    public int[] ids() {
        return Arrays.copyOf(ids, size);
    }

    /// Copies the columns into others, from `at` on.
    public void copy(int[] intoIds, int[] intoStarts, int[] intoEnds, int[] intoWords, int at) {
        System.arraycopy(ids, 0, intoIds, at, size);
        System.arraycopy(starts, 0, intoStarts, at, size);
        System.arraycopy(ends, 0, intoEnds, at, size);
        System.arraycopy(words, 0, intoWords, at, size);
    }

    private void grow(int needed) {
        int capacity = Math.max(needed, Math.multiplyExact(ids.length, 2));
        ids = Arrays.copyOf(ids, capacity);
        starts = Arrays.copyOf(starts, capacity);
        ends = Arrays.copyOf(ends, capacity);
        words = Arrays.copyOf(words, capacity);
    }
}
