package io.attend.tokenizer.trainer;

import io.attend.tokenizer.model.Vocabulary;
import io.attend.tokenizer.model.WordLevel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// The most frequent words, as many as `vocabularySize` has room for and none that occurs less than
/// `minFrequency` times; all others become `unkToken`.
public record WordLevelTrainer(int vocabularySize, long minFrequency, List<String> specials, String unkToken)
        implements Trainer {
    public WordLevelTrainer {
        specials = List.copyOf(specials);
        if (!specials.contains(unkToken)) {
            throw new IllegalArgumentException(
                    "unk token \"" + unkToken + "\" must be one of the specials, " + specials);
        }
    }

    @Override
    public WordLevel train(WordCounts words, Progress progress) {
        WordCounts sorted = words.sorted();
        SequencedSet<String> tokens = new LinkedHashSet<>(specials);
        for (int word = 0; word < sorted.size() && tokens.size() < vocabularySize; word++) {
            if (sorted.count(word) < minFrequency) {
                break;
            }
            tokens.add(sorted.word(word));
        }
        progress.at("words", tokens.size(), tokens.size());
        return new WordLevel(Vocabulary.of(new ArrayList<>(tokens)), unkToken);
    }
}
