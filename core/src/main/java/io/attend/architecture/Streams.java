package io.attend.architecture;

import io.attend.tensor.Tensor;

/// How what flows through a stack is divided: once where it enters and put together where it leaves.
public enum Streams {
    /// As it is.
    ONE,
    /// Two copies, of which the mean leaves.
    AVERAGED,
    /// Two copies side by side, which leave so: what stands behind them is twice as wide.
    CONCATENATED;

    Tensor enter(Tensor x) {
        return this == ONE ? x : Tensor.cat(-1, x, x); // [B, T, E] → [B, T, 2 E]
    }

    Tensor leave(Tensor x) {
        if (this != AVERAGED) {
            return x;
        }
        long width = x.size(-1) / 2;
        return x.narrow(-1, 0, width).add(x.narrow(-1, width, width)).mul(0.5); // [B, T, 2 E] → [B, T, E]
    }

    /// The width of what leaves.
    int width(int entering) {
        return this == CONCATENATED ? 2 * entering : entering;
    }
}
