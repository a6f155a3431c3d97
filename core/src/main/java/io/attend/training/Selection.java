package io.attend.training;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Which of a run's weights the finished model gets, and whether it is worth to go on.
public sealed interface Selection permits BestStep, CheckpointMean, LastStep {
    /// The choice of one run, before anything was measured.
    Built build();

    /// How many of the newest checkpoints must stay for it.
    default int newest() {
        return 1;
    }

    /// The measure of held-out examples it goes by, if it does.
    default Optional<String> named() {
        return Optional.empty();
    }

    /// A choice that is being made.
    interface Built {
        /// The steps whose weights' mean the model gets.
        ///
        /// @param saved the steps that have a checkpoint, oldest first
        List<Long> chosen(List<Long> saved);

        /// Takes in what was measured of held-out examples at a step; steps grow.
        default void measured(long step, Map<String, Double> measures) {}

        /// A step whose checkpoint must stay though it is not among the newest.
        default OptionalLong kept() {
            return OptionalLong.empty();
        }

        /// Whether to go on promises nothing.
        default boolean enough() {
            return false;
        }
    }
}
