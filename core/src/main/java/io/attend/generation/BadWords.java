package io.attend.generation;

import io.attend.value.Source;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Sequences of words that may not stand in the text.
///
///     s(wₙ) ← −∞        for every sequence w₁ ... wₙ whose w₁ ... wₙ₋₁ the text ends with
///
/// Where no other word could come nothing is ruled out. Cost O(V + S), S the words of all sequences. Names:
/// Hugging Face's `bad_words_ids`.
@Source(paper = "Personalizing Dialogue Agents: I have a dog, do you have pets too?", arxiv = "1801.07243")
public record BadWords(List<List<Integer>> sequences) implements Rule {
    public static final BadWords EXAMPLE = new BadWords(List.of(List.of(3), List.of(4, 5)));

    public BadWords {
        sequences = sequences.stream().map(List::copyOf).toList();
        for (List<Integer> sequence : sequences) {
            if (sequence.isEmpty() || sequence.stream().anyMatch(word -> word < 0)) {
                throw new IllegalArgumentException("a bad sequence has at least 1 word, ids from 0; not " + sequence);
            }
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        Set<Integer> words = new HashSet<>();
        for (List<Integer> sequence : sequences) {
            int before = sequence.size() - 1;
            int[] beginning =
                    sequence.stream().limit(before).mapToInt(word -> word).toArray();
            if (text.length >= before && Arrays.equals(text, text.length - before, text.length, beginning, 0, before)) {
                words.add(sequence.getLast());
            }
        }
        Scores.without(scores, words);
    }
}
