package io.attend.schedule;

/// The learning rate of each step.
public sealed interface Schedule
        permits BatchScaled,
                Constant,
                Cosine,
                CosineRestarts,
                InverseSquareRoot,
                Linear,
                Noam,
                Polynomial,
                RelativeStep,
                WarmupStableDecay {
    /// The rate at a step, counted from 1.
    ///
    /// @param steps how many there will be
    double rate(long step, long steps);
}
