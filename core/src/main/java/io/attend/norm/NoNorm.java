package io.attend.norm;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;

/// No normalisation, for the places where an architecture has none, such as the end of a post-norm stack.
///
///     y = x
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record NoNorm() implements Norm {
    public static final NoNorm EXAMPLE = new NoNorm();

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return x;
            }

            @Override
            public Optional<RowStep> row(StepPlan plan, Place place) {
                return Optional.of(RowStep.NONE);
            }

            @Override
            public Cost cost(Load load) {
                return Cost.NONE;
            }
        };
    }
}
