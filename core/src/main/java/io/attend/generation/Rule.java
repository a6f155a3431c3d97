package io.attend.generation;

import java.util.Arrays;
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

    /// Applies a constraint and then rules: where the rules would leave nothing of what the constraint allows,
    /// they are passed over, for the constraint must hold.
    ///
    /// @param text the tokens so far, the first `prompt` of which are the prompt's
    /// @param left how many tokens may still be written
    static void apply(List<Rule> rules, Constraint constraint, float[] scores, int[] text, int prompt, int left) {
        if (constraint.equals(Constraint.NONE)) {
            rules.forEach(rule -> rule.apply(scores, text));
            return;
        }
        constraint.apply(scores, Arrays.copyOfRange(text, prompt, text.length), left);
        float[] allowed = scores.clone();
        rules.forEach(rule -> rule.apply(scores, text));
        boolean some = false;
        for (int word = 0; word < scores.length; word++) {
            scores[word] = allowed[word] == Float.NEGATIVE_INFINITY ? Float.NEGATIVE_INFINITY : scores[word];
            some |= scores[word] > Float.NEGATIVE_INFINITY;
        }
        if (!some) {
            System.arraycopy(allowed, 0, scores, 0, scores.length);
        }
    }

    /// Some rules, then others.
    static List<Rule> joined(List<Rule> first, List<Rule> then) {
        return Stream.concat(first.stream(), then.stream()).toList();
    }
}
