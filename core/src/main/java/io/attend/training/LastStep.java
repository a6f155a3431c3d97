package io.attend.training;

import io.attend.value.Source;
import java.util.List;

/// The finished model has the weights of the last step.
@Source(paper = "A Stochastic Approximation Method", reference = "Robbins & Monro 1951")
public record LastStep() implements Selection {
    public static final LastStep EXAMPLE = new LastStep();

    @Override
    public Selection.Built build() {
        return saved -> List.of(saved.getLast());
    }
}
