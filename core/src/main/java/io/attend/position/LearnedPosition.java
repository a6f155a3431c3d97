package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// A learned vector for each place, added to the embedding; there are no places past the last one learned.
///
///     y(p) = x(p) + table(p)        p < maximum
///
/// x [B, T, E] → y [B, T, E]; maximum·E parameters. Names: our `maximum` is Hugging Face's
/// `max_position_embeddings` or `n_positions`.
@Source(paper = "Convolutional Sequence to Sequence Learning", arxiv = "1705.03122")
public record LearnedPosition(int maximum) implements AbsolutePosition {
    public static final LearnedPosition EXAMPLE = new LearnedPosition(61);

    public LearnedPosition {
        if (maximum < 1) {
            throw new IllegalArgumentException("maximum must be at least 1, not " + maximum);
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final int maximum;
        private final int width;
        private final String place;
        private final Parameter weight;

        Built(LearnedPosition value, Parameters parameters, int width) {
            this.maximum = value.maximum;
            this.width = width;
            this.place = parameters.path();
            this.weight = parameters.weight("weight", Shape.of(maximum, width), Initializer.normal(0.02));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            check(context.cached() + x.size(1));
            return x.add(weight.tensor().narrow(0, context.cached(), x.size(1))); // [B, T, E]
        }

        private void check(long tokens) {
            if (tokens > maximum) {
                throw new IllegalArgumentException(
                        place + ": the text has " + tokens + " tokens, but the model has learned only " + maximum
                                + " positions; shorten the text or train a model with a larger maximum");
            }
        }

        @Override
        public Cost cost(Load load) {
            check(load.keys());
            return Cost.flops(load.rows() * width);
        }
    }
}
