package io.attend.position;

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

/// No position at all. A bidirectional model then sees its input as a set; a causal one can still tell order by
/// how much each token sees.
///
///     y = x
@Source(paper = "The Impact of Positional Encoding on Length Generalization in Transformers", arxiv = "2305.19466")
public record NoPosition() implements AbsolutePosition, RelativePosition {
    public static final NoPosition EXAMPLE = new NoPosition();

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

    @Override
    public Built build(Parameters parameters, HeadShape heads) {
        return new Built() {
            @Override
            public Optional<Turn> row() {
                return Optional.of(Turn.NONE);
            }
        };
    }
}
