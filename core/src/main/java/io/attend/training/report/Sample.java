package io.attend.training.report;

import java.util.List;
import java.util.Optional;

/// What the model made of an input, beside what was expected if that is known, and where it looked meanwhile.
public record Sample(String input, Optional<String> expected, String predicted, List<AttentionMap> maps) {
    public Sample {
        maps = List.copyOf(maps);
    }

    /// A sample with a right answer.
    public Sample(String input, String expected, String predicted, List<AttentionMap> maps) {
        this(input, Optional.of(expected), predicted, maps);
    }

    /// A sample without a right answer, such as text that was made up.
    public static Sample open(String input, String predicted, List<AttentionMap> maps) {
        return new Sample(input, Optional.empty(), predicted, maps);
    }
}
