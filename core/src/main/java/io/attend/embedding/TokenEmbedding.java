package io.attend.embedding;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.layer.TokenStep;
import io.attend.norm.LayerNorm;
import io.attend.norm.NoNorm;
import io.attend.norm.Norm;
import io.attend.position.AbsolutePosition;
import io.attend.position.LearnedPosition;
import io.attend.position.NoPosition;
import io.attend.position.SinusoidalPosition;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// Words as vectors that know where they stand, and with `segments` to which of several texts they belong.
///
///     x = P dropout(norm(position(scale · factor · table[id]) + segment[s])) + p
///
/// ids [B, T] → x [B, T, E]. All is E wide and there is no P, unless `inner` gives a width e of its own to
/// words, positions, segments and norm, which P [E, e] then widens: ALBERT, ELECTRA, RoFormer; 2·e·E
/// operations a token.
///
/// With 0 `segments` the tokens may name segments and nothing is added for them here: attention alone looks
/// at them, as in XLNet. Names: our `segments` is BERT's `type_vocab_size`, our `inner` ALBERT's
/// `embedding_size`, our `projection` its `embedding_hidden_mapping_in` and ELECTRA's `embeddings_project`.
///
/// @param factor a number more to multiply the table's vectors by
/// @param inner e, where it is not the model's width
/// @param padding what padding positions become
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record TokenEmbedding(
        Table table,
        @Default("\"one\"") Scale scale,
        @Default("1.0") double factor,
        @Default("\"NoPosition\"") AbsolutePosition position,
        OptionalInt segments,
        @Default("\"NoNorm\"") Norm norm,
        @Default("0.0") double dropout,
        OptionalInt inner,
        @Default("\"kept\"") PaddingVectors padding)
        implements Embedding {
    public static final TokenEmbedding EXAMPLE =
            of(new DenseTable(31)).position(SinusoidalPosition.EXAMPLE).scale(Scale.SQUARE_ROOT_OF_WIDTH);
    public static final TokenEmbedding ALBERT = of(new DenseTable(31, OptionalInt.of(0)))
            .inner(6)
            .position(new LearnedPosition(61))
            .segments(2)
            .norm(new LayerNorm(1e-12, Bias.ADDED));
    public static final TokenEmbedding DEBERTA =
            of(DenseTable.WITH_PADDING).norm(new LayerNorm(1e-7, Bias.ADDED)).padding(PaddingVectors.ZEROED);
    public static final TokenEmbedding GEMMA =
            of(new DenseTable(31)).scale(Scale.ROUNDED_SQUARE_ROOT_OF_WIDTH).factor(0.5);

    public TokenEmbedding {
        if (!(Double.isFinite(factor) && factor != 0)) {
            throw new IllegalArgumentException("factor must be a number other than 0, not " + factor);
        }
        if (segments.isPresent() && segments.getAsInt() < 0) {
            throw new IllegalArgumentException("segments must be at least 0, not " + segments.getAsInt());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
        if (inner.isPresent() && inner.getAsInt() < 1) {
            throw new IllegalArgumentException("the inner width must be at least 1, not " + inner.getAsInt());
        }
    }

    /// Only the table.
    public static TokenEmbedding of(Table table) {
        return new TokenEmbedding(
                table,
                Scale.ONE,
                1,
                new NoPosition(),
                OptionalInt.empty(),
                new NoNorm(),
                0,
                OptionalInt.empty(),
                PaddingVectors.KEPT);
    }

    public TokenEmbedding scale(Scale by) {
        return new TokenEmbedding(table, by, factor, position, segments, norm, dropout, inner, padding);
    }

    public TokenEmbedding factor(double by) {
        return new TokenEmbedding(table, scale, by, position, segments, norm, dropout, inner, padding);
    }

    public TokenEmbedding position(AbsolutePosition how) {
        return new TokenEmbedding(table, scale, factor, how, segments, norm, dropout, inner, padding);
    }

    public TokenEmbedding segments(int count) {
        return new TokenEmbedding(table, scale, factor, position, OptionalInt.of(count), norm, dropout, inner, padding);
    }

    public TokenEmbedding norm(Norm how) {
        return new TokenEmbedding(table, scale, factor, position, segments, how, dropout, inner, padding);
    }

    public TokenEmbedding dropout(double rate) {
        return new TokenEmbedding(table, scale, factor, position, segments, norm, rate, inner, padding);
    }

    public TokenEmbedding inner(int numbers) {
        return new TokenEmbedding(
                table, scale, factor, position, segments, norm, dropout, OptionalInt.of(numbers), padding);
    }

    public TokenEmbedding padding(PaddingVectors vectors) {
        return new TokenEmbedding(table, scale, factor, position, segments, norm, dropout, inner, vectors);
    }

    @Override
    public OptionalInt longest() {
        return position.longest();
    }

    @Override
    public boolean segmented() {
        return segments.isPresent();
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
        private final Optional<Linear> projection;

        Built(TokenEmbedding value, Parameters parameters, int outer, Optional<Table.Built> source) {
            this.value = value;
            this.width = value.inner.orElse(outer);
            this.place = parameters.path();
            this.table = value.table.build(parameters.in("token"), width, source);
            if (table.vectors() != width) {
                throw parameters.refuse("the shared table's vectors have " + table.vectors()
                        + " numbers, but this embedding is " + width + " wide; use the same inner width on both sides");
            }
            this.position = value.position.build(parameters.in("position"), width);
            this.segments = value.segments.orElse(0) == 0
                    ? Optional.empty()
                    : Optional.of(parameters
                            .in("segment")
                            .weight("weight", Shape.of(value.segments.getAsInt(), width), Initializer.normal(0.02)));
            this.norm = value.norm.build(parameters.in("norm"), width);
            this.projection = value.inner.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Linear(
                            parameters.in("projection"), Linear.Size.from(width).to(outer), Bias.ADDED));
        }

        @Override
        public Tensor forward(Input input, Context context) {
            Tokens tokens = switch (input) {
                case Tokens given -> given;
                case PermutedTokens _ ->
                    throw new IllegalArgumentException(place
                            + ": permuted tokens need a TwoStreamEmbedding, and this model has none; give it plain"
                            + " tokens");
                case Features _ -> throw Features.unread(place);
            };
            Tensor x = table.lookup(tokens.ids()); // [B, T, e]
            double scale = scale(x.dtype());
            x = position.forward(scale == 1 ? x : x.mul(scale), context);
            if (segments.isPresent()) {
                Parameter rows = segments.get();
                x = x.add(tokens.segments()
                        .map(ids -> Rows.of(rows, ids, "segment"))
                        .orElseGet(() -> rows.tensor().select(0, 0)));
            } else if (value.segments.isEmpty() && tokens.segments().isPresent()) {
                throw new IllegalArgumentException(
                        place + ": the tokens name segments, but the model has learned none; leave them out");
            }
            x = norm.forward(x, context);
            if (value.padding == PaddingVectors.ZEROED && tokens.keep().isPresent()) {
                x = x.mul(tokens.keep().get().unsqueeze(-1).to(x.dtype())); // [B, T, e]
            }
            x = context.dropout(x, value.dropout);
            return projection.isPresent() ? projection.get().forward(x) : x; // [B, T, E]
        }

        @Override
        public Optional<TokenStep> row(StepPlan plan) {
            Place place = new Place("embedding");
            Optional<TokenStep> words = table.row(plan);
            Optional<RowStep> places = position.row(plan, place);
            Optional<RowStep> normed = norm.row(plan, place);
            if (words.isEmpty()
                    || places.isEmpty()
                    || normed.isEmpty()
                    || segments.isPresent()
                    || projection.isPresent()
                    || value.scale == Scale.ROUNDED_SQUARE_ROOT_OF_WIDTH) {
                return Optional.empty();
            }
            float scale = (float) (value.factor * (value.scale == Scale.ONE ? 1 : Math.sqrt(width)));
            return Optional.of((token, x) -> {
                words.get().apply(token, x);
                x.multiply(scale);
                places.get().apply(x, x);
                normed.get().apply(x, x);
            });
        }

        private double scale(DType dtype) {
            return value.factor
                    * switch (value.scale) {
                        case ONE -> 1;
                        case SQUARE_ROOT_OF_WIDTH -> Math.sqrt(width);
                        case ROUNDED_SQUARE_ROOT_OF_WIDTH ->
                            Tensor.full(Shape.of(1), Math.sqrt(width), dtype).item();
                    };
        }

        @Override
        public Optional<Table.Built> table() {
            return Optional.of(table);
        }

        @Override
        public Cost cost(Load load) {
            Cost cost = table.cost(load)
                    .plus(position.cost(load))
                    .plus(norm.cost(load))
                    .plus(Cost.flops(load.rows() * width).saving(value.dropout > 0 ? 2 * load.rows() * width : 0));
            return projection
                    .map(product ->
                            cost.plus(Cost.flops(product.flops(load.rows())).saving(load.rows() * width)))
                    .orElse(cost);
        }
    }
}
