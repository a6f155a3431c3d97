package io.attend.layer;

/// What the paper of a way to mix positions claims of long texts: how its costs grow with the length, and
/// whether it is exact. Measurements are held against it, and so is the layer's own [Cost].
///
/// @param time of a pass over a whole text
/// @param memory of a pass beside weights and input, whether kept for the backward pass or needed for a moment
/// @param state remembered between the steps of a generation, where it can generate
/// @param exact whether it gives, up to rounding, what softmax attention over all positions gives
public record Growth(Rate time, Rate memory, Rate state, boolean exact) {
    /// Every pair is scored, a few at a time; keys and values are remembered.
    public static final Growth SOFTMAX = new Growth(Rate.SQUARE, Rate.LINEAR, Rate.LINEAR, true);

    /// As much for each position, however many there are, and nothing that grows is remembered.
    public static final Growth LINEAR = new Growth(Rate.LINEAR, Rate.LINEAR, Rate.CONSTANT, false);

    public Growth time(Rate rate) {
        return new Growth(rate, memory, state, exact);
    }

    public Growth memory(Rate rate) {
        return new Growth(time, rate, state, exact);
    }

    public Growth remembering(Rate rate) {
        return new Growth(time, memory, rate, exact);
    }

    /// The same costs of something that gives other numbers than softmax attention.
    public Growth inexact() {
        return new Growth(time, memory, state, false);
    }
}
