package io.attend.tokenizer.format;

import io.attend.tokenizer.model.Merge;
import io.attend.tokenizer.model.Vocabulary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The lists of merges that files leave to be inferred.
final class Merges {
    private Merges() {}

    /// The merges of a vocabulary whose tokens were made in the order of their ids (tiktoken): each token is
    /// what two tokens merge to when everything before it has been merged.
    static List<Merge> inOrder(Vocabulary vocabulary) {
        List<Merge> merges = new ArrayList<>();
        int[] bounds = new int[vocabulary.longest() + 1];
        for (int id = 0; id < vocabulary.size(); id++) {
            if (!vocabulary.has(id) || vocabulary.token(id).length() < 2) {
                continue;
            }
            char[] chars = vocabulary.token(id).toCharArray();
            int parts = chars.length;
            for (int i = 0; i <= parts; i++) {
                bounds[i] = i;
            }
            while (parts > 2) {
                int lowest = id;
                int at = -1;
                for (int i = 0; i + 2 <= parts; i++) {
                    int merged = vocabulary.id(chars, bounds[i], bounds[i + 2]);
                    if (merged >= 0 && merged < lowest) {
                        lowest = merged;
                        at = i;
                    }
                }
                if (at < 0) {
                    break;
                }
                System.arraycopy(bounds, at + 2, bounds, at + 1, parts - at - 1);
                parts--;
            }
            if (parts == 2) {
                merges.add(new Merge(
                        new String(chars, 0, bounds[1]), new String(chars, bounds[1], chars.length - bounds[1])));
            }
        }
        return merges;
    }

    private record Scored(Merge merge, double score, int left, int right) {}

    /// The merges of a vocabulary whose tokens have scores (SentencePiece): any two tokens that make a third,
    /// the best third first.
    static List<Merge> byScore(Vocabulary vocabulary, boolean[] merging, double[] scores) {
        List<Scored> found = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (!merging[id]) {
                continue;
            }
            String token = vocabulary.token(id);
            char[] chars = token.toCharArray();
            for (int i = 1; i < chars.length; i++) {
                int left = vocabulary.id(chars, 0, i);
                int right = vocabulary.id(chars, i, chars.length);
                if (left >= 0 && right >= 0 && merging[left] && merging[right]) {
                    found.add(new Scored(
                            new Merge(vocabulary.token(left), vocabulary.token(right)), scores[id], left, right));
                }
            }
        }
        found.sort(Comparator.comparingDouble(Scored::score)
                .reversed()
                .thenComparingInt(Scored::left)
                .thenComparingInt(Scored::right));
        return found.stream().map(Scored::merge).toList();
    }
}
