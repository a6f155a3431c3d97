package io.attend.data;

import java.util.Arrays;
import java.util.List;

/// Documents that are in memory.
final class HeldTokens implements TokenSequence {
    private final int[] tokens;
    private final int[] ends;

    HeldTokens(List<int[]> documents) {
        long size = documents.stream().mapToLong(document -> document.length).sum();
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(size + " tokens do not fit in one array; make a file of them with"
                    + " `attend tokenize` and learn from it with data.type=TokenFile");
        }
        tokens = new int[(int) size];
        ends = new int[documents.size()];
        int at = 0;
        for (int i = 0; i < ends.length; i++) {
            int[] document = documents.get(i);
            System.arraycopy(document, 0, tokens, at, document.length);
            at += document.length;
            ends[i] = at;
        }
    }

    @Override
    public long size() {
        return tokens.length;
    }

    @Override
    public int[] copy(long from, int length) {
        return Arrays.copyOfRange(tokens, (int) from, (int) from + length);
    }

    @Override
    public int documents() {
        return ends.length;
    }

    @Override
    public long end(int document) {
        return ends[document];
    }
}
