package io.attend.tokenizer.trainer;

import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.model.WordPiece;
import java.util.List;
import java.util.Optional;

/// A WordPiece vocabulary, made as Hugging Face's library makes one: by merging the most frequent pairs, with
/// `##` before what goes on within a word.
public record WordPieceTrainer(int vocabularySize, long minFrequency, List<String> specials, int alphabetLimit)
        implements Trainer {
    private static final String PREFIX = "##";

    public WordPieceTrainer {
        specials = List.copyOf(specials);
        if (!specials.contains("[UNK]")) {
            throw new IllegalArgumentException("\"[UNK]\" must be one of the specials, " + specials);
        }
    }

    @Override
    public WordPiece train(WordCounts words, Progress progress) {
        BpeTrainer pairs = new BpeTrainer(
                vocabularySize,
                minFrequency,
                specials,
                List.of(),
                alphabetLimit,
                Integer.MAX_VALUE,
                Optional.of("[UNK]"),
                Optional.of(PREFIX),
                Optional.empty());
        PairMerging merging = new PairMerging(pairs, words.sorted());
        merging.run(progress);
        return new WordPiece("[UNK]", PREFIX, 100, Vocabulary.of(merging.tokens()));
    }
}
