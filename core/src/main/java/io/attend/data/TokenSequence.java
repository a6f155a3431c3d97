package io.attend.data;

import java.util.List;

/// Documents as token ids, laid end to end; perhaps more than memory holds.
public interface TokenSequence {
    /// Tokens in all.
    long size();

    /// So many tokens from a place on.
    int[] copy(long from, int length);

    /// How many documents there are.
    int documents();

    /// Where a document ends: the tokens of it and of all before it.
    long end(int document);

    /// Where a document begins.
    default long begin(int document) {
        return document == 0 ? 0 : end(document - 1);
    }

    /// The document that the token at a place belongs to, by halving: O(log documents).
    default int documentAt(long place) {
        int low = 0;
        int high = documents() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (end(middle) > place) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /// Documents that are in memory.
    static TokenSequence of(List<int[]> documents) {
        return new HeldTokens(documents);
    }
}
