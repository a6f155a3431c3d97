package io.attend.data;

import io.attend.tokenizer.Tokenizer;
import java.util.List;

/// The tokens a recipe's texts are cut into.
public sealed interface Words permits Characters, GivenWords, LearnedWords {
    /// @param texts what will be learned from
    /// @param specials tokens the vocabulary must have beside those of the texts, `<pad>` first
    Tokenizer tokenizer(Iterable<String> texts, List<String> specials);
}
