package io.attend.data;

import io.attend.tokenizer.Algorithm;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.trainer.Progress;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Tokens learned from the very texts the model will learn from, one vocabulary for all of them.
///
/// @param algorithm as `attend tokenizer train` names them
/// @param size tokens at most
@Source(paper = "Neural Machine Translation of Rare Words with Subword Units", arxiv = "1508.07909")
public record LearnedWords(@Default("\"bpe\"") Algorithm algorithm, int size) implements Words {
    public static final LearnedWords EXAMPLE = new LearnedWords(Algorithm.BPE, 997);

    public LearnedWords {
        if (size < 16 || size > 10_000_000) {
            throw new IllegalArgumentException("size must be from 16 to 10000000 tokens, not " + size);
        }
    }

    @Override
    public Tokenizer tokenizer(Iterable<String> texts, List<String> specials) {
        return algorithm.train(algorithm.settings(size).and(specials), texts, Progress.NONE);
    }
}
