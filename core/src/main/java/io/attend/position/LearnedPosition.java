package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// A learned vector for each place, added to the embedding; there are no places past the last one learned.
///
///     y(p) = x(p) + table(p + offset)        p + offset < maximum
///
/// x [B, T, E] → y [B, T, E]; maximum·E parameters. `offset` is the row of the first token: some models begin
/// at a later one. Names: our `maximum` is Hugging Face's `max_position_embeddings` or `n_positions`, for
/// models with an offset sometimes without it.
@Source(paper = "Convolutional Sequence to Sequence Learning", arxiv = "1705.03122")
public record LearnedPosition(int maximum, @Default("0") int offset) implements AbsolutePosition {
    public static final LearnedPosition EXAMPLE = new LearnedPosition(61);
    public static final LearnedPosition LATER = new LearnedPosition(61, 2);

    public LearnedPosition {
        if (maximum < 1) {
            throw new IllegalArgumentException("maximum must be at least 1, not " + maximum);
        }
        if (offset < 0 || offset >= maximum) {
            throw new IllegalArgumentException(
                    "offset " + offset + " leaves no row of " + maximum + "; it must be below");
        }
    }

    public LearnedPosition(int maximum) {
        this(maximum, 0);
    }

    @Override
    public OptionalInt longest() {
        return OptionalInt.of(maximum - offset);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final int maximum;
        private final int offset;
        private final int width;
        private final String place;
        private final Parameter weight;

        Built(LearnedPosition value, Parameters parameters, int width) {
            this.maximum = value.maximum;
            this.offset = value.offset;
            this.width = width;
            this.place = parameters.path();
            this.weight = parameters.weight("weight", Shape.of(maximum, width), Initializer.normal(0.02));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            long length = x.size(1);
            if (context.isPositioned()) {
                Tensor positions = context.positions(length); // [B, T]
                check(positions.flatten(0, 1).amax(0, Tensor.Axis.DROPPED).toLongs()[0] + 1);
                return x.add(weight.tensor().embedding(positions.add(offset))); // [B, T, E]
            }
            check(context.cached() + length);
            return x.add(weight.tensor().narrow(0, offset + context.cached(), length)); // [B, T, E]
        }

        @Override
        public Optional<RowStep> row(StepPlan plan, Place at) {
            float[] vector = new float[width];
            return plan.matrix(weight).map(table -> (x, y) -> {
                check(plan.position() + 1);
                table.row((int) (plan.position() + offset), vector, 0);
                for (int i = 0; i < width; i++) {
                    y.values()[i] = x.values()[i] + vector[i];
                }
                y.changed();
            });
        }

        private void check(long tokens) {
            if (tokens > maximum - offset) {
                throw new IllegalArgumentException(place + ": the text has " + tokens
                        + " tokens, but the model has learned only " + (maximum - offset)
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
