package io.attend.generation;

import java.util.List;
import java.util.stream.Stream;

/// What changes the scores of the words that may come next before one is chosen: some words are made less
/// likely, some are ruled out. Rules are applied in the order they stand in.
public sealed interface Rule
        permits BadWords,
                Epsilon,
                Eta,
                Forced,
                MinP,
                NoRepeat,
                RepetitionPenalty,
                Temperature,
                TopK,
                TopP,
                Typical,
                Without {
    /// Changes scores in place; minus infinity rules a word out. At least one word always stays.
    ///
    /// @param scores one a word, [V]
    /// @param text the tokens so far, the prompt included
    void apply(float[] scores, int[] text);

    /// Some rules, then others.
    static List<Rule> joined(List<Rule> first, List<Rule> then) {
        return Stream.concat(first.stream(), then.stream()).toList();
    }
}
