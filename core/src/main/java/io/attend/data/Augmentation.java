package io.attend.data;

import io.attend.tokenizer.Tokenizer;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// A change to the tokens of a text that leaves most of its meaning: a model that learns from texts changed anew
/// each time relies less on any one token. What is drawn is drawn from the random source of the step, so a run
/// that is resumed draws the same.
///
/// The changes of Easy Data Augmentation, by the share of tokens they touch, except that new tokens are any of
/// the vocabulary: synonyms need a thesaurus of the language.
public sealed interface Augmentation permits CutSpan, DeleteTokens, InsertTokens, ReplaceTokens, SwapTokens {
    /// A text as it is learned from this time.
    ///
    /// @param tokens of a text, without those that begin and end it; they are not changed
    int[] apply(int[] tokens, Vocabulary vocabulary, RandomGenerator random);

    /// Tokens that may be written into a text.
    ///
    /// @param ordinary all that are not special
    /// @param unknown stands for a token that is hidden
    record Vocabulary(int[] ordinary, int unknown) {
        /// The tokens of a tokenizer that are not special.
        public static Vocabulary of(Tokenizer tokenizer, int unknown) {
            int[] ordinary = IntStream.range(0, tokenizer.size())
                    .filter(id -> tokenizer.has(id) && !tokenizer.isSpecial(id))
                    .toArray();
            return new Vocabulary(ordinary, unknown);
        }

        int any(RandomGenerator random) {
            if (ordinary.length == 0) {
                throw new IllegalArgumentException(
                        "the tokenizer has only special tokens; there are none to write into a text");
            }
            return ordinary[random.nextInt(ordinary.length)];
        }
    }

    /// Several changes, one after the other.
    static int[] all(List<Augmentation> changes, int[] tokens, Vocabulary vocabulary, RandomGenerator random) {
        int[] changed = tokens;
        for (Augmentation change : changes) {
            changed = change.apply(changed, vocabulary, random);
        }
        return changed;
    }

    /// A share of a count as a whole number: rounded by chance, so that it is right on average for short texts
    /// too.
    static int times(double share, int count, RandomGenerator random) {
        double exact = share * count;
        int whole = (int) exact;
        return whole + (random.nextDouble() < exact - whole ? 1 : 0);
    }

    /// Refuses a share that is none.
    static void check(double share) {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("share " + share + " is outside [0, 1)");
        }
    }
}
