package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.SplittableRandom;

/// Copying at a distance: letters, then nothing for a while, then a question for one of them by its place. Who
/// answers must reach back over the distance, and to the right place.
///
///     qwert..........C → e        the third of five letters, behind ten dots
///
/// Letters are drawn alike and may repeat; with 26 a guess is right in 3.8% of texts.
///
/// @param letters before the distance, at most 26, which are as many as have names for their places
/// @param distance between the last letter and the question
@Source(paper = "Long Short-Term Memory", reference = "Hochreiter and Schmidhuber, Neural Computation 1997")
public record CopyExamples(
        @Default("8") int letters,
        @Default("100") int distance,
        @Default("20000") int training,
        @Default("1000") int heldOut)
        implements Dataset {
    public static final CopyExamples EXAMPLE = new CopyExamples(5, 10, 211, 53);

    private static final int ALPHABET = 26;

    public CopyExamples {
        if (letters < 1 || letters > ALPHABET) {
            throw new IllegalArgumentException("letters must be from 1 to " + ALPHABET + ", not " + letters);
        }
        if (distance < 0 || distance > 1 << 20) {
            throw new IllegalArgumentException("distance must be from 0 to " + (1 << 20) + ", not " + distance);
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
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < letters; i++) {
            text.append((char) ('a' + random.nextInt(ALPHABET)));
        }
        int asked = random.nextInt(letters);
        String answer = text.substring(asked, asked + 1);
        text.repeat('.', distance).append((char) ('A' + asked));
        return new Labeled(text.toString(), answer);
    }
}
