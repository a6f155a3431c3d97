package io.attend.router;

/// A router loss and how much it counts beside what is learned.
///
/// @param factor what the loss is multiplied by: 0.01 for balance and 0.001 for z in the papers
public record Auxiliary(RouterLoss loss, double factor) {
    public Auxiliary {
        if (!(factor > 0 && factor <= 1e6)) {
            throw new IllegalArgumentException("factor must be positive, at most 1000000, not " + factor);
        }
    }
}
