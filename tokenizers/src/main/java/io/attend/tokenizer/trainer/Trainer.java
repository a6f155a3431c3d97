package io.attend.tokenizer.trainer;

import io.attend.tokenizer.model.Model;
import java.util.List;

/// What makes a model from the words of a text and how often each occurs.
public sealed interface Trainer permits BpeTrainer, UnigramTrainer, WordLevelTrainer, WordPieceTrainer {
    /// Tokens that are there whatever the texts say; their ids are the first, in this order.
    List<String> specials();

    /// The model of these words.
    Model train(WordCounts words, Progress progress);
}
