package io.attend.tokenizer.model;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.text.Tokens;
import io.attend.tokenizer.text.Trie;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Viterbi over the tokens of a [Unigram]; word by word where no token reaches over the beginning of one.
final class UnigramSegmenter implements Segmenter {
    private final UnigramTables tables;
    private final WordCache cache = new WordCache();

    // Per place: the best score of a path that ends here, its last token and where that begins (-1: no path yet).
    private double[] best = new double[64];
    private int[] last = new int[64];
    private int[] from = new int[64];

    // The path, back to front: ids and their ends.
    private int[] path = new int[128];

    UnigramSegmenter(UnigramTables tables) {
        this.tables = tables;
    }

    @Override
    public void segment(char[] chars, int start, int end, Tokens out) {
        if (!tables.cutsAtSpaces) {
            word(chars, start, end, out);
            return;
        }
        int first = out.size();
        int at = start;
        while (at < end) {
            int stop = at + 1;
            while (stop < end && (chars[stop] != '▁' || chars[stop - 1] == '▁')) {
                stop++;
            }
            int before = out.size();
            word(chars, at, stop, out);
            // An unknown run that goes on over the beginning of a word is one token.
            if (before > first
                    && out.size() > before
                    && tables.bytes.length == 0
                    && out.id(before) == tables.unknown
                    && out.id(before - 1) == tables.unknown) {
                out.fuse(before);
            }
            at = stop;
        }
    }

    private void word(char[] chars, int start, int end, Tokens out) {
        if (end - start > WordCache.LONGEST) {
            search(chars, start, end, out);
            return;
        }
        int hash = WordCache.hash(chars, start, end);
        if (!cache.find(hash, chars, start, end, out)) {
            int first = out.size();
            search(chars, start, end, out);
            cache.keep(hash, chars, start, end, out, first);
        }
    }

    private void search(char[] chars, int start, int end, Tokens out) {
        int length = end - start;
        if (best.length <= length) {
            best = new double[length * 2];
            last = new int[length * 2];
            from = new int[length * 2];
        }
        Arrays.fill(from, 0, length + 1, -1);
        best[0] = 0;
        Trie trie = tables.trie;
        for (int at = 0; at < length; ) {
            int units = Character.isHighSurrogate(chars[start + at]) && at + 1 < length ? 2 : 1;
            double here = best[at];
            boolean single = false;
            int node = Trie.ROOT;
            for (int i = at; i < length; i++) {
                node = trie.step(node, chars[start + i]);
                if (node == Trie.NOWHERE) {
                    break;
                }
                int id = trie.value(node);
                if (id >= 0) {
                    offer(i + 1, here + tables.scores[id], id, at);
                    single |= i + 1 - at == units;
                }
            }
            if (!single) {
                if (tables.unknown < 0) {
                    throw new TokenizerException("\"" + new String(chars, start + at, units)
                            + "\" is not in the vocabulary, and the model has no unk_id");
                }
                offer(at + units, here + tables.unknownScore, tables.unknown, at);
            }
            at += units;
        }
        emit(chars, start, length, out);
    }

    private void offer(int at, double score, int id, int begin) {
        if (from[at] < 0 || score > best[at]) {
            best[at] = score;
            last[at] = id;
            from[at] = begin;
        }
    }

    private void emit(char[] chars, int start, int length, Tokens out) {
        int count = 0;
        for (int at = length; at > 0; at = from[at]) {
            if (count + 2 > path.length) {
                path = Arrays.copyOf(path, path.length * 2);
            }
            boolean fuses = count > 0 && last[at] == tables.unknown && path[count - 2] == tables.unknown;
            if (!fuses) {
                path[count++] = last[at];
                path[count++] = at;
            }
        }
        int at = 0;
        for (int i = count - 2; i >= 0; i -= 2) {
            int id = path[i];
            int stop = path[i + 1];
            if (id != tables.unknown) {
                out.add(id, start + at, start + stop);
            } else if (tables.bytes.length > 0) {
                String unknown = new String(chars, start + at, stop - at);
                for (byte b : unknown.getBytes(StandardCharsets.UTF_8)) {
                    out.add(tables.bytes[b & 0xff], start + at, start + stop);
                }
            } else {
                int known = tables.vocabulary.id(chars, start + at, start + stop);
                out.add(known >= 0 ? known : id, start + at, start + stop);
            }
            at = stop;
        }
    }
}
