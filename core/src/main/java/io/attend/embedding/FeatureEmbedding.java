package io.attend.embedding;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.norm.NoNorm;
import io.attend.norm.Norm;
import io.attend.position.AbsolutePosition;
import io.attend.position.SinusoidalPosition;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// Given vectors, such as frames of sound or the rows of a time series, as vectors of the model's width that
/// know where they stand.
///
///     x = dropout(norm(position(W f + b)))
///
/// f [B, T, F] → x [B, T, E]; 2·F·E operations a vector, F·E + E parameters. It takes [Features] of its
/// weights' type and has no
/// table of words, so what is above it needs a head of its own.
///
/// @param features F, numbers of a given vector
@Source(
        paper = "Speech-Transformer: A No-Recurrence Sequence-to-Sequence Model for Speech Recognition",
        reference = "Dong et al., ICASSP 2018")
public record FeatureEmbedding(
        int features,
        @Default("\"NoPosition\"") AbsolutePosition position,
        @Default("\"NoNorm\"") Norm norm,
        @Default("0.0") double dropout)
        implements Embedding {
    public static final FeatureEmbedding EXAMPLE = new FeatureEmbedding(3, SinusoidalPosition.EXAMPLE, new NoNorm(), 0);

    public FeatureEmbedding {
        if (features < 1) {
            throw new IllegalArgumentException("features must be at least 1, not " + features);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public OptionalInt longest() {
        return position.longest();
    }

    @Override
    public Embedding.Built build(Parameters parameters, int width, Optional<Table.Built> source) {
        return new Built(
                this,
                parameters.path(),
                new Linear(
                        parameters.in("projection"), Linear.Size.from(features).to(width), Bias.ADDED),
                position.build(parameters.in("position"), width),
                norm.build(parameters.in("norm"), width),
                width);
    }

    private record Built(FeatureEmbedding value, String place, Linear projection, Layer position, Layer norm, int width)
            implements Embedding.Built {
        @Override
        public Tensor forward(Input input, Context context) {
            if (!(input instanceof Features given)) {
                throw new IllegalArgumentException(place + ": this model reads vectors of " + value.features
                        + " numbers, and is given words; give it Features");
            }
            if (given.values().size(2) != value.features) {
                throw new IllegalArgumentException(place + ": this model reads vectors of " + value.features
                        + " numbers, not of " + given.values().size(2) + "; give it those it was made for");
            }
            Tensor x = projection.forward(given.values()); // [B, T, E]
            return context.dropout(norm.forward(position.forward(x, context), context), value.dropout);
        }

        @Override
        public Optional<Table.Built> table() {
            return Optional.empty();
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(projection.flops(load.rows()))
                    .saving(load.rows() * value.features)
                    .plus(position.cost(load))
                    .plus(norm.cost(load))
                    .plus(Cost.flops(0).saving(value.dropout > 0 ? 2 * load.rows() * width : 0));
        }
    }
}
