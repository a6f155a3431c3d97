package io.attend.convolution;

/// Which neighbours a position sees through a kernel of k numbers.
public enum Reach {
    /// Itself and the k − 1 before it.
    CAUSAL,
    /// Itself and (k − 1) / 2 on either side.
    CENTERED
}
