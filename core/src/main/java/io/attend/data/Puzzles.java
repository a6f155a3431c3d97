package io.attend.data;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/// Examples that are made up rather than read. Which texts are held out is a property of the text, one in ten
/// for any seed, so none of them is ever learned from.
final class Puzzles {
    private static final int MOST = 2_000_000;
    private static final int TRIES = 10_000;

    private Puzzles() {}

    static void check(int training, int heldOut) {
        for (int count : new int[] {training, heldOut}) {
            if (count < 1 || count > MOST) {
                throw new IllegalArgumentException(
                        "training and heldOut must be from 1 to " + MOST + " texts, not " + count);
            }
        }
    }

    /// @param heldOut whether texts to be judged by are wanted
    /// @param make one text with its answer
    static List<Labeled> of(long seed, int count, boolean heldOut, Function<SplittableRandom, Labeled> make) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Labeled> examples = new ArrayList<>(count);
        int tries = 0;
        while (examples.size() < count) {
            Labeled one = make.apply(random);
            if (isHeldOut(one.text()) == heldOut) {
                examples.add(one);
                tries = 0;
            } else if (++tries > TRIES) {
                throw new IllegalArgumentException(
                        "there are too few texts of that kind to hold any out; make them longer");
            }
        }
        return examples;
    }

    private static boolean isHeldOut(String text) {
        return Math.floorMod(text.hashCode() * 0x9E3779B9 >>> 8, 10) == 0;
    }
}
