package io.attend.tokenizer.model;

import io.attend.tokenizer.text.Tokens;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/// Merges neighbours, lowest rank first and leftmost first among equals. Short pieces by scanning for the
/// lowest rank, O(n²) with a tiny constant; long ones with a heap, O(n log n).
final class BpeSegmenter implements Segmenter {
    private static final int NONE = Integer.MAX_VALUE;
    private static final int SCANNED = 40;

    private final BpeTables tables;
    /// Words of up to this length are remembered whole, longer ones by their parts.
    private static final int WHOLE = 40;

    private final WordCache words = new WordCache();
    private final WordCache parts;
    private final boolean remembers;
    private final boolean merges;
    private final double dropout;

    // Symbols: ids, the characters each covers, and the rank of the pair each begins.
    private int[] ids = new int[64];
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    private int[] ranks = new int[64];
    private int size;

    // For long pieces: neighbours, and a heap of rank << 32 | place.
    private int[] previous = {};
    private int[] next = {};
    private long[] heap = {};
    private int heaped;
    private long[] skipped = {};

    BpeSegmenter(BpeTables tables) {
        this.tables = tables;
        dropout = tables.bpe.dropout().orElse(0);
        merges = tables.made.length > 0;
        remembers = dropout == 0 && merges;
        parts = tables.bpe.ignoreMerges() ? new WordCache() : words;
    }

    @Override
    public void segment(char[] chars, int start, int end, Tokens out) {
        if (!tables.cutsAtSpaces) {
            word(chars, start, end, out);
            return;
        }
        int at = start;
        for (int i = start + 1; i < end; i++) {
            if (chars[i] == '▁' && chars[i - 1] != '▁') {
                word(chars, at, i, out);
                at = i;
            }
        }
        word(chars, at, end, out);
    }

    private void word(char[] chars, int start, int end, Tokens out) {
        int from = out.size();
        boolean remembered = remembers && end - start <= WHOLE;
        int hash = remembered ? WordCache.hash(chars, start, end) : 0;
        if (remembered && words.find(hash, chars, start, end, out)) {
            return;
        }
        int whole = tables.bpe.ignoreMerges() && dropout == 0 ? tables.vocabulary.id(chars, start, end) : -1;
        if (whole >= 0) {
            out.add(whole, start, end);
        } else if (!remembers) {
            merge(chars, start, end, out);
        } else {
            int at = start;
            for (int i = start + 1; i < end; i++) {
                if (tables.cuts(chars[i - 1], chars[i])) {
                    part(chars, at, i, out);
                    at = i;
                }
            }
            if (at > start || !remembered) {
                part(chars, at, end, out);
            } else {
                merge(chars, start, end, out);
            }
        }
        if (remembered) {
            words.keep(hash, chars, start, end, out, from);
        }
    }

    /// A part of a word that no merge reaches out of.
    private void part(char[] chars, int start, int end, Tokens out) {
        if (end - start > WordCache.LONGEST) {
            merge(chars, start, end, out);
            return;
        }
        int hash = WordCache.hash(chars, start, end);
        if (!parts.find(hash, chars, start, end, out)) {
            int from = out.size();
            merge(chars, start, end, out);
            parts.keep(hash, chars, start, end, out, from);
        }
    }

    private void merge(char[] chars, int start, int end, Tokens out) {
        size = 0;
        if (ids.length < 3 * (end - start) + 1) {
            int capacity = Math.multiplyExact(4, end - start);
            ids = new int[capacity];
            starts = new int[capacity];
            ends = new int[capacity];
            ranks = new int[capacity];
        }
        if (tables.affixes) {
            affixed(chars, start, end);
        } else {
            symbols(chars, start, end);
        }
        if (dropout == 0 && (size <= SCANNED || !merges)) {
            scan();
        } else {
            sift();
        }
        for (int i = 0; i < size; i++) {
            out.add(ids[i], starts[i], ends[i]);
        }
    }

    private void symbols(char[] chars, int start, int end) {
        int unknown = 0;
        for (int i = start; i < end; ) {
            int units = Character.isHighSurrogate(chars[i]) && i + 1 < end ? 2 : 1;
            int id = tables.symbol(chars, i, i + units);
            unknown = symbol(id, chars, i, units, unknown);
            i += units;
        }
        flush(unknown, end);
    }

    private void affixed(char[] chars, int start, int end) {
        int unknown = 0;
        for (int i = start; i < end; ) {
            int units = Character.isHighSurrogate(chars[i]) && i + 1 < end ? 2 : 1;
            String prefix =
                    i == start ? "" : tables.bpe.continuingSubwordPrefix().orElse("");
            String suffix = i + units < end ? "" : tables.bpe.endOfWordSuffix().orElse("");
            int id = tables.vocabulary
                    .id(prefix + new String(chars, i, units) + suffix)
                    .orElse(-1);
            unknown = symbol(id, chars, i, units, unknown);
            i += units;
        }
        flush(unknown, end);
    }

    /// Adds one code point, and returns how many characters of unknown ones are waiting to be added.
    private int symbol(int id, char[] chars, int at, int units, int unknown) {
        if (id >= 0) {
            flush(unknown, at);
            add(id, at, at + units);
            return 0;
        }
        if (tables.bpe.byteFallback() && fallBack(Character.codePointAt(chars, at, at + units), at, at + units)) {
            return unknown;
        }
        if (tables.unknown < 0) {
            return 0;
        }
        if (tables.bpe.fuseUnk()) {
            return unknown + units;
        }
        flush(unknown, at);
        return units;
    }

    /// Adds the unknown characters that wait before `end`.
    private void flush(int unknown, int end) {
        if (unknown > 0) {
            add(tables.unknown, end - unknown, end);
        }
    }

    /// Adds the UTF-8 bytes of a code point, if all have tokens; each covers the whole of it.
    private boolean fallBack(int codePoint, int start, int end) {
        int before = size;
        int count = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
        int lead = count == 1 ? 0 : 0xF0 << 4 - count & 0xFF;
        for (int i = 0; i < count; i++) {
            int bits = codePoint >> 6 * (count - 1 - i);
            int id = tables.bytes[i == 0 ? lead | bits : 0x80 | bits & 0x3F];
            if (id < 0) {
                size = before;
                return false;
            }
            add(id, start, end);
        }
        return true;
    }

    private void add(int id, int start, int end) {
        ids[size] = id;
        starts[size] = start;
        ends[size] = end;
        size++;
    }

    private void scan() {
        if (!merges) {
            return;
        }
        for (int i = 0; i + 1 < size; i++) {
            ranks[i] = tables.rank(ids[i], ids[i + 1]);
        }
        while (size > 1) {
            int lowest = NONE;
            int at = 0;
            for (int i = 0; i < size - 1; i++) {
                if (ranks[i] < lowest) {
                    lowest = ranks[i];
                    at = i;
                }
            }
            if (lowest == NONE) {
                return;
            }
            ids[at] = tables.made[lowest];
            ends[at] = ends[at + 1];
            int rest = size - at - 2;
            System.arraycopy(ids, at + 2, ids, at + 1, rest);
            System.arraycopy(starts, at + 2, starts, at + 1, rest);
            System.arraycopy(ends, at + 2, ends, at + 1, rest);
            System.arraycopy(ranks, at + 2, ranks, at + 1, rest);
            size--;
            if (at + 1 < size) {
                ranks[at] = tables.rank(ids[at], ids[at + 1]);
            }
            if (at > 0) {
                ranks[at - 1] = tables.rank(ids[at - 1], ids[at]);
            }
        }
    }

    private void sift() {
        if (previous.length < size) {
            previous = new int[size + 16];
            next = new int[size + 16];
            heap = new long[4 * size + 16];
            skipped = new long[4 * size + 16];
        }
        heaped = 0;
        int skips = 0;
        for (int i = 0; i < size; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 < size ? i + 1 : -1;
            if (i + 1 < size) {
                push(tables.rank(ids[i], ids[i + 1]), i);
            }
        }
        while (heaped > 0) {
            long top = pop();
            if (dropout > 0 && ThreadLocalRandom.current().nextFloat() < (float) dropout) {
                skipped[skips++] = top;
                continue;
            }
            while (skips > 0) {
                push(skipped[--skips]);
            }
            int at = (int) top;
            int made = tables.made[(int) (top >> 32)];
            if (ids[at] < 0 || next[at] < 0) {
                continue;
            }
            int right = next[at];
            int rank = tables.rank(ids[at], ids[right]);
            if (rank == NONE || tables.made[rank] != made) {
                continue;
            }
            ids[at] = made;
            ends[at] = ends[right];
            ids[right] = -1;
            next[at] = next[right];
            if (next[at] >= 0) {
                previous[next[at]] = at;
                push(tables.rank(made, ids[next[at]]), at);
            }
            if (previous[at] >= 0) {
                push(tables.rank(ids[previous[at]], made), previous[at]);
            }
        }
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (ids[i] >= 0) {
                ids[kept] = ids[i];
                starts[kept] = starts[i];
                ends[kept++] = ends[i];
            }
        }
        size = kept;
    }

    private void push(int rank, int at) {
        if (rank != NONE) {
            push((long) rank << 32 | at);
        }
    }

    private void push(long entry) {
        if (heaped == heap.length) {
            heap = Arrays.copyOf(heap, heap.length * 2);
            skipped = Arrays.copyOf(skipped, heap.length);
        }
        int at = heaped++;
        while (at > 0 && heap[at - 1 >> 1] > entry) {
            heap[at] = heap[at - 1 >> 1];
            at = at - 1 >> 1;
        }
        heap[at] = entry;
    }

    private long pop() {
        long top = heap[0];
        long last = heap[--heaped];
        int at = 0;
        while (2 * at + 1 < heaped) {
            int child = 2 * at + 1;
            if (child + 1 < heaped && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return top;
    }
}
