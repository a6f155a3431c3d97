package io.attend.data;

import java.util.Arrays;
import java.util.BitSet;

/// Pieces of documents in windows, each window filled as well as it goes: best fit decreasing. A piece of n
/// tokens to be read is n + 1 tokens of one document, since what follows the last is asked too; a document that
/// is longer than a window is cut into pieces that share a token, so every token but its first is asked once.
///
/// O(pieces · length / 64) time.
final class BestFit {
    private final long[] starts;
    private final int[] reads;
    private final int[] order;
    private final int[] firsts;

    BestFit(TokenSequence text, int length) {
        int pieces = 0;
        for (int d = 0; d < text.documents(); d++) {
            pieces = Math.addExact(pieces, Math.toIntExact(Math.ceilDiv(asked(text, d), (long) length)));
        }
        starts = new long[pieces];
        reads = new int[pieces];
        int at = 0;
        for (int d = 0; d < text.documents(); d++) {
            long begin = text.begin(d);
            long left = asked(text, d);
            for (; left > 0; left -= length, begin += length, at++) {
                starts[at] = begin;
                reads[at] = (int) Math.min(left, length);
            }
        }
        int[] windows = new int[pieces];
        int count = fit(length, windows);
        firsts = new int[count + 1];
        order = grouped(windows, firsts);
    }

    private static long asked(TokenSequence text, int document) {
        return Math.max(0, text.end(document) - text.begin(document) - 1);
    }

    /// The window of each piece.
    private int fit(int length, int[] windows) {
        int[] firstOfLength = new int[length + 2]; // pieces by length, longest first, by counting
        for (int read : reads) {
            firstOfLength[length - read + 1]++;
        }
        Arrays.parallelPrefix(firstOfLength, Integer::sum);
        int[] longestFirst = new int[reads.length];
        for (int piece = 0; piece < reads.length; piece++) {
            longestFirst[firstOfLength[length - reads[piece]]++] = piece;
        }
        BitSet spaces = new BitSet(length + 1);
        int[] last = new int[length + 1]; // the newest window with so much space, and the one before it with as much
        int[] before = new int[reads.length];
        int count = 0;
        for (int piece : longestFirst) {
            int read = reads[piece];
            int space = spaces.nextSetBit(read);
            int window;
            if (space < 0) {
                window = count++;
                space = length;
            } else {
                window = last[space];
                last[space] = before[window];
                spaces.set(space, last[space] >= 0);
            }
            windows[piece] = window;
            int left = space - read;
            before[window] = spaces.get(left) ? last[left] : -1;
            last[left] = window;
            spaces.set(left, left > 0);
        }
        return count;
    }

    /// Pieces window by window, and in a window as they stand in the text.
    private static int[] grouped(int[] windows, int[] firsts) {
        for (int window : windows) {
            firsts[window + 1]++;
        }
        Arrays.parallelPrefix(firsts, Integer::sum);
        int[] next = Arrays.copyOf(firsts, firsts.length);
        int[] order = new int[windows.length];
        for (int piece = 0; piece < windows.length; piece++) {
            order[next[windows[piece]]++] = piece;
        }
        return order;
    }

    int windows() {
        return firsts.length - 1;
    }

    /// How many pieces a window holds.
    int pieces(int window) {
        return firsts[window + 1] - firsts[window];
    }

    /// Where a piece of a window begins in the text.
    long start(int window, int piece) {
        return starts[order[firsts[window] + piece]];
    }

    /// How many tokens of it are read.
    int reads(int window, int piece) {
        return reads[order[firsts[window] + piece]];
    }
}
