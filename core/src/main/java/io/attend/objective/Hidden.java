package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.head.Head;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// A window with some tokens hidden.
///
/// @param read what the model is shown
/// @param answers the right token where one is asked for, [Head#IGNORED] elsewhere
record Hidden(int[] read, long[] answers) {
    /// A window before anything is hidden.
    static Hidden nothing(Windows.Window window) {
        long[] answers = new long[window.tokens().length];
        Arrays.fill(answers, Head.IGNORED);
        return new Hidden(window.tokens().clone(), answers);
    }

    /// Asks for the token at a place, and shows another there.
    void hide(int place, int shown) {
        answers[place] = read[place];
        read[place] = shown;
    }

    /// Windows of equal length below one another, each between the begin and the end token.
    static Batch batch(List<Hidden> windows, TextModel.Words words) {
        int inside = windows.getFirst().read.length;
        int length = inside + 2;
        long[] read = new long[windows.size() * length];
        long[] answers = new long[read.length];
        Arrays.fill(answers, Head.IGNORED);
        long answered = 0;
        for (int row = 0; row < windows.size(); row++) {
            Hidden window = windows.get(row);
            int first = row * length;
            read[first] = words.begin();
            read[first + length - 1] = words.end();
            for (int i = 0; i < inside; i++) {
                read[first + 1 + i] = window.read[i];
                answers[first + 1 + i] = window.answers[i];
                answered += window.answers[i] == Head.IGNORED ? 0 : 1;
            }
        }
        return new Batch(
                Inputs.of(Tokens.of(Tensor.of(read, windows.size(), length))),
                Tensor.of(answers, windows.size(), length),
                read.length,
                answered);
    }
}
