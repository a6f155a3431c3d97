package io.attend.tokenizer.trainer;

import io.attend.tokenizer.model.Bpe;
import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.text.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Byte pair encoding: the most frequent pair of neighbours becomes a token, again and again, until there are
/// `vocabularySize` or none occurs `minFrequency` times (Sennrich, Haddow and Birch 2016). Among equally
/// frequent pairs the one with the lower ids goes first.
///
/// `alphabet` holds the characters that are tokens whatever the texts say; of the others in the texts the
/// `alphabetLimit` most frequent are. Tokens have at most `longestToken` code points.
public record BpeTrainer(
        int vocabularySize,
        long minFrequency,
        List<String> specials,
        List<String> alphabet,
        int alphabetLimit,
        int longestToken,
        Optional<String> unkToken,
        Optional<String> continuingSubwordPrefix,
        Optional<String> endOfWordSuffix)
        implements Trainer {
    public BpeTrainer {
        specials = List.copyOf(specials);
        alphabet = List.copyOf(alphabet);
        if (unkToken.isPresent() && !specials.contains(unkToken.get())) {
            throw new IllegalArgumentException(
                    "unk token \"" + unkToken.get() + "\" must be one of the specials, " + specials);
        }
    }

    /// Of characters: those of the texts, unknown ones become `unkToken`.
    public static BpeTrainer characters(int vocabularySize, List<String> specials, String unkToken) {
        return new BpeTrainer(
                vocabularySize,
                2,
                specials,
                List.of(),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Optional.of(unkToken),
                Optional.empty(),
                Optional.empty());
    }

    /// Of bytes, after a byte-level pre-tokenizer: all 256 are tokens, nothing is unknown.
    public static BpeTrainer bytes(int vocabularySize, List<String> specials) {
        List<String> alphabet = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            alphabet.add(Character.toString(Bytes.charOf(b)));
        }
        return new BpeTrainer(
                vocabularySize,
                2,
                specials,
                alphabet,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public Bpe train(WordCounts words, Progress progress) {
        PairMerging merging = new PairMerging(this, words.sorted());
        merging.run(progress);
        return new Bpe(
                OptionalDouble.empty(),
                unkToken,
                continuingSubwordPrefix,
                endOfWordSuffix,
                false,
                false,
                false,
                Vocabulary.of(merging.tokens()),
                merging.merges());
    }
}
