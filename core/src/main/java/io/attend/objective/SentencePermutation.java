package io.attend.objective;

import io.attend.value.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/// The sentences of the text in any order, all equally likely: BART's sentence permutation. A sentence ends
/// with a token that ends with a full stop, an exclamation or a question mark.
///
///     A B . C D . → C D . A B .
@Source(
        paper = "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and"
                + " Comprehension",
        arxiv = "1910.13461")
public record SentencePermutation() implements Noise {
    public static final SentencePermutation EXAMPLE = new SentencePermutation();

    @Override
    public int[] of(int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        List<int[]> sentences = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < tokens.length; i++) {
            if (vocabulary.ends()[tokens[i]] || i == tokens.length - 1) {
                sentences.add(Arrays.copyOfRange(tokens, from, i + 1));
                from = i + 1;
            }
        }
        Collections.shuffle(sentences, java.util.Random.from(random));
        return sentences.stream().flatMapToInt(Arrays::stream).toArray();
    }
}
