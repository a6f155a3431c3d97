package io.attend.generation;

import io.attend.generation.Decoding.Start;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Arrays;

/// What followed the same words before: of the last words of the text, as many as `longest`, the place is looked
/// up where they stood last, and the tokens behind it are the guess.
///
/// Costs next to nothing, and guesses well where a text takes up its prompt: summaries, edits, code. Cost
/// O(T · longest). Names: Hugging Face's `prompt_lookup_num_tokens`, `max_matching_ngram_size`.
///
/// @param tokens that are guessed at a time
/// @param longest words that are looked up
@Source(
        paper = "Prompt Lookup Decoding",
        reference = "Saxena, 2023; Inference with Reference: Lossless Acceleration of Large Language Models, Yang and"
                + " others, 2023, arXiv 2304.04487")
public record LookUp(
        @Default("8") int tokens, @Default("3") int longest) implements Guessing {
    public static final LookUp EXAMPLE = new LookUp(5, 2);

    public LookUp {
        Limit.guesses(tokens);
        if (longest < 1) {
            throw new IllegalArgumentException("at least 1 word must be looked up, not " + longest);
        }
    }

    @Override
    public Guesser open(Start start) {
        return new Guesser() {
            @Override
            public Guess[] guess(int row, int[] text, int most, Chooser chooser) {
                int[] next = behind(text, most);
                return Arrays.stream(next)
                        .mapToObj(token -> new Guess(token, new double[0]))
                        .toArray(Guess[]::new);
            }

            @Override
            public void close() {}
        };
    }

    /// The tokens behind the last place where the longest ending of the text stands.
    int[] behind(int[] text, int most) {
        for (int size = Math.min(longest, text.length - 1); size > 0; size--) {
            int ending = text.length - size;
            for (int at = ending - 1; at >= 0; at--) {
                if (Arrays.equals(text, at, at + size, text, ending, text.length)) {
                    int from = at + size;
                    return Arrays.copyOfRange(text, from, Math.min(text.length, from + most));
                }
            }
        }
        return new int[0];
    }
}
