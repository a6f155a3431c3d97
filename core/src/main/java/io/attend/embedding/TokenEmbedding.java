package io.attend.embedding;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.norm.NoNorm;
import io.attend.norm.Norm;
import io.attend.position.AbsolutePosition;
import io.attend.position.NoPosition;
import io.attend.position.SinusoidalPosition;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// Words as vectors that know where they stand, and with `segments` to which of several texts they belong.
///
///     x = dropout(norm(position(scale · table[id]) + segment[s]))
///
/// ids [B, T] → x [B, T, E]. Names: our `segments` is BERT's `type_vocab_size`.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record TokenEmbedding(
        Table table,
        @Default("\"one\"") Scale scale,
        @Default("\"NoPosition\"") AbsolutePosition position,
        OptionalInt segments,
        @Default("\"NoNorm\"") Norm norm,
        @Default("0.0") double dropout)
        implements Embedding {
    public static final TokenEmbedding EXAMPLE =
            of(new DenseTable(31)).position(SinusoidalPosition.EXAMPLE).scale(Scale.SQUARE_ROOT_OF_WIDTH);

    public TokenEmbedding {
        if (segments.isPresent() && segments.getAsInt() < 1) {
            throw new IllegalArgumentException("segments must be at least 1, not " + segments.getAsInt());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    /// Only the table.
    public static TokenEmbedding of(Table table) {
        return new TokenEmbedding(table, Scale.ONE, new NoPosition(), OptionalInt.empty(), new NoNorm(), 0);
    }

    public TokenEmbedding scale(Scale by) {
        return new TokenEmbedding(table, by, position, segments, norm, dropout);
    }

    public TokenEmbedding position(AbsolutePosition how) {
        return new TokenEmbedding(table, scale, how, segments, norm, dropout);
    }

    public TokenEmbedding segments(int count) {
        return new TokenEmbedding(table, scale, position, OptionalInt.of(count), norm, dropout);
    }

    public TokenEmbedding norm(Norm how) {
        return new TokenEmbedding(table, scale, position, segments, how, dropout);
    }

    public TokenEmbedding dropout(double rate) {
        return new TokenEmbedding(table, scale, position, segments, norm, rate);
    }

    @Override
    public Embedding.Built build(Parameters parameters, int width, Optional<Table.Built> source) {
        return new Built(this, parameters, width, source);
    }

    private static final class Built implements Embedding.Built {
        private final TokenEmbedding value;
        private final int width;
        private final String place;
        private final Table.Built table;
        private final Layer position;
        private final Optional<Parameter> segments;
        private final Layer norm;

        Built(TokenEmbedding value, Parameters parameters, int width, Optional<Table.Built> source) {
            this.value = value;
            this.width = width;
            this.place = parameters.path();
            this.table = value.table.build(parameters.in("token"), width, source);
            this.position = value.position.build(parameters.in("position"), width);
            this.segments = value.segments.isEmpty()
                    ? Optional.empty()
                    : Optional.of(parameters
                            .in("segment")
                            .weight("weight", Shape.of(value.segments.getAsInt(), width), Initializer.normal(0.02)));
            this.norm = value.norm.build(parameters.in("norm"), width);
        }

        @Override
        public Tensor forward(Input input, Context context) {
            Tokens tokens = switch (input) {
                case Tokens given -> given;
            };
            Tensor x = table.lookup(tokens.ids()); // [B, T, E]
            if (value.scale == Scale.SQUARE_ROOT_OF_WIDTH) {
                x = x.mul(Math.sqrt(width));
            }
            x = position.forward(x, context);
            if (segments.isPresent()) {
                Parameter rows = segments.get();
                x = x.add(tokens.segments()
                        .map(ids -> Rows.of(rows, ids, "segment"))
                        .orElseGet(() -> rows.tensor().select(0, 0)));
            } else if (tokens.segments().isPresent()) {
                throw new IllegalArgumentException(
                        place + ": the tokens name segments, but the model has learned none; leave them out");
            }
            return context.dropout(norm.forward(x, context), value.dropout); // [B, T, E]
        }

        @Override
        public Optional<Table.Built> table() {
            return Optional.of(table);
        }

        @Override
        public Cost cost(Load load) {
            return position.cost(load)
                    .plus(norm.cost(load))
                    .plus(Cost.flops(load.rows() * width).saving(value.dropout > 0 ? 2 * load.rows() * width : 0));
        }
    }
}
