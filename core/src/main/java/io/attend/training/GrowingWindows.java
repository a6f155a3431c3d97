package io.attend.training;

import io.attend.architecture.Inputs;
import io.attend.embedding.Tokens;
import io.attend.objective.Batch;

/// Windows of text that are short at first and double until they are whole: attention over short windows is
/// cheap, and what they teach first, which word follows which, needs no more. A window is cut into several, so
/// that a step sees as many tokens as ever. Press et al. 2021, "Shortformer" (2012.15832).
///
/// @param start tokens of the first windows
/// @param steps until they are whole, shared evenly by the lengths before
public record GrowingWindows(int start, int steps) {
    public GrowingWindows {
        if (start < 1) {
            throw new IllegalArgumentException("start must be at least 1 token, not " + start);
        }
        if (steps < 1) {
            throw new IllegalArgumentException("steps must be at least 1, not " + steps);
        }
    }

    /// How long windows are at a step, counted from 0.
    ///
    /// @param whole their length in the end
    long length(long step, long whole) {
        long doublings = 0;
        while ((long) start << doublings < whole) {
            doublings++;
        }
        return step >= steps ? whole : Math.min(whole, (long) start << step * doublings / steps);
    }

    /// The batch with each window [T] in as many of this step's length as fit into it side by side.
    ///
    /// @throws IllegalArgumentException if the examples are no windows of text
    Batch cut(Batch batch, long step) {
        if (!(batch.inputs().source() instanceof Tokens tokens)
                || batch.inputs().target().isPresent()
                || !tokens.equals(Tokens.of(tokens.ids()))
                || batch.answered() != tokens.ids().count()) {
            throw new IllegalArgumentException(
                    "windows grow where every example is a whole window of text, as NextToken"
                            + " has them; leave windows out, or take a curriculum");
        }
        long whole = tokens.length();
        long length = length(step, whole);
        if (length == whole) {
            return batch;
        }
        long used = whole / length * length;
        long seen = batch.answered() / whole * used;
        return new Batch(
                Inputs.of(Tokens.of(tokens.ids().narrow(1, 0, used).reshape(-1, length))),
                batch.answers().narrow(1, 0, used).reshape(-1, length),
                seen,
                seen);
    }
}
