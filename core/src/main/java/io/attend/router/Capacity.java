package io.attend.router;

/// How many positions of one sequence an expert takes; those that come later overflow.
///
/// Counted in the order of the sequence, in every sequence for itself, so that the rows of a batch do not
/// disturb each other and no position depends on one behind it. The papers count over all tokens a device has
/// at once.
public sealed interface Capacity permits CapacityFactor, FixedCapacity, UnlimitedCapacity {
    /// Positions an expert takes, of a sequence of that length.
    long of(long length, int choices, int experts);

    /// Whether an expert may be full.
    default boolean isLimited() {
        return true;
    }
}
