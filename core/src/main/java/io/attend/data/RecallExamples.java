package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.SplittableRandom;

/// Associative recall: letters, each with a number, then one of the letters again, whose number is asked for.
/// Who answers must find a place by what stands there.
///
///     c9k8j3f1??c → 9
///
/// A text has every letter at most once; a guess is right in one of ten texts.
///
/// @param pairs of a letter and a number, at most 26
@Source(paper = "Using Fast Weights to Attend to the Recent Past", arxiv = "1610.06258")
public record RecallExamples(
        @Default("16") int pairs,
        @Default("20000") int training,
        @Default("1000") int heldOut) implements Dataset {
    public static final RecallExamples EXAMPLE = new RecallExamples(4, 211, 53);

    private static final int ALPHABET = 26;

    public RecallExamples {
        if (pairs < 1 || pairs > ALPHABET) {
            throw new IllegalArgumentException("pairs must be from 1 to " + ALPHABET + ", not " + pairs);
        }
        Puzzles.check(training, heldOut);
    }

    @Override
    public List<Labeled> training(long seed) {
        return Puzzles.of(seed, training, false, this::one);
    }

    @Override
    public List<Labeled> heldOut(long seed) {
        return Puzzles.of(~seed, heldOut, true, this::one);
    }

    private Labeled one(SplittableRandom random) {
        char[] letters = new char[ALPHABET];
        for (int i = 0; i < ALPHABET; i++) {
            letters[i] = (char) ('a' + i);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pairs; i++) { // the first places of a shuffle
            int other = i + random.nextInt(ALPHABET - i);
            char letter = letters[other];
            letters[other] = letters[i];
            letters[i] = letter;
            text.append(letter).append(random.nextInt(10));
        }
        int asked = random.nextInt(pairs);
        String answer = text.substring(2 * asked + 1, 2 * asked + 2);
        return new Labeled(text.append("??").append(letters[asked]).toString(), answer);
    }
}
