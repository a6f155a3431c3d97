package io.attend.tokenizer.model;

import io.attend.tokenizer.text.Trie;

/// The tokens of a [Unigram] in a trie, with their scores.
final class UnigramTables {
    final Trie trie = new Trie();
    final double[] scores;
    final double unknownScore;
    final int unknown;
    final Vocabulary vocabulary;
    /// The ids of `<0x00>` to `<0xFF>`; empty if one is missing or bytes are not fallen back to.
    final int[] bytes;
    /// Whether `▁` only ever begins a token or follows another one: then no token reaches over the beginning of
    /// a word, and words can be cut one by one.
    final boolean cutsAtSpaces;

    UnigramTables(Unigram unigram) {
        vocabulary = unigram.vocabulary();
        unknown = unigram.unkId().orElse(-1);
        scores = unigram.pieces().stream().mapToDouble(Unigram.Scored::score).toArray();
        double lowest = Double.POSITIVE_INFINITY;
        boolean cuts = true;
        for (int id = 0; id < scores.length; id++) {
            String piece = unigram.pieces().get(id).piece();
            trie.put(piece, id);
            lowest = Math.min(lowest, scores[id]);
            for (int i = 1; i < piece.length(); i++) {
                cuts &= piece.charAt(i) != '▁' || piece.charAt(i - 1) == '▁';
            }
        }
        cutsAtSpaces = cuts;
        unknownScore = lowest - 10;
        int[] ids = new int[256];
        boolean all = unigram.byteFallback();
        for (int i = 0; i < 256 && all; i++) {
            ids[i] = vocabulary.id("<0x%02X>".formatted(i)).orElse(-1);
            all = ids[i] >= 0;
        }
        bytes = all ? ids : new int[0];
    }
}
