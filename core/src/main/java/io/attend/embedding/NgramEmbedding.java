package io.attend.embedding;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Lanes;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.norm.LayerNorm;
import io.attend.norm.Norm;
import io.attend.position.AbsolutePosition;
import io.attend.position.LearnedPosition;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Words, and behind them n streams that stand for the 1st, 2nd, ..., n-th word ahead of each: ProphetNet's
/// decoder.
///
///     x = dropout(norm([table[id] + p(t) ; e₁ + p(t + 1) ; ... ; eₙ + p(t + 1)]))
///
/// ids [B, T] → x [B, (1 + n)·T, E]; what leaves the stack is the predicting streams side by side, [B, T, n·E],
/// for an `NgramHead`. n·E parameters beside table, positions and norm. Names: our `stream` is Hugging Face's
/// `ngram_embeddings`, of which row i belongs to the stream i + 1 words further ahead, and the last row to the
/// first.
///
/// @param streams n
@Source(paper = "ProphetNet: Predicting Future N-gram for Sequence-to-Sequence Pre-training", arxiv = "2001.04063")
public record NgramEmbedding(
        Table table,
        int streams,
        AbsolutePosition position,
        @Default("\"NoNorm\"") Norm norm,
        @Default("0.0") double dropout)
        implements Embedding {
    public static final NgramEmbedding EXAMPLE =
            new NgramEmbedding(new DenseTable(31), 3, new LearnedPosition(61, 2), LayerNorm.EXAMPLE, 0);

    public NgramEmbedding {
        if (streams < 1 || streams > 64) {
            throw new IllegalArgumentException("streams must be from 1 to 64, not " + streams);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
    }

    @Override
    public Lanes lanes() {
        return Lanes.NGRAMS;
    }

    @Override
    public Embedding.Built build(Parameters parameters, int width, Optional<Table.Built> source) {
        return new Built(this, parameters, width, source);
    }

    private static final class Built implements Embedding.Built {
        private final NgramEmbedding value;
        private final int width;
        private final String place;
        private final Table.Built words;
        private final Layer position;
        private final Parameter stream;
        private final Layer norm;

        Built(NgramEmbedding value, Parameters parameters, int width, Optional<Table.Built> source) {
            this.value = value;
            this.width = width;
            this.place = parameters.path();
            this.words = value.table.build(parameters.in("token"), width, source);
            if (words.vectors() != width) {
                throw parameters.refuse("the shared table's vectors have " + words.vectors()
                        + " numbers, but this embedding is " + width + " wide; use the same width on both sides");
            }
            this.position = value.position.build(parameters.in("position"), width);
            this.stream =
                    parameters.in("stream").weight("weight", Shape.of(value.streams, width), Initializer.normal(0.02));
            this.norm = value.norm.build(parameters.in("norm"), width);
        }

        @Override
        public Tensor forward(Input input, Context context) {
            Tensor ids = switch (input) {
                case Tokens tokens -> tokens.ids();
                case PermutedTokens _ ->
                    throw new IllegalArgumentException(place
                            + ": permuted tokens need a TwoStreamEmbedding, and this model predicts n-grams; give it"
                            + " plain tokens");
                case Features _ -> throw Features.unread(place);
            };
            long length = ids.size(1);
            Tensor next = context.positions(length).add(1);
            Tensor ahead = next.rank() == 1 ? next.unsqueeze(0).expand(ids.size(0), length) : next; // [B, T]
            Context later = context.positioned(Optional.of(ahead));
            Tensor[] streams = new Tensor[1 + value.streams];
            streams[0] = position.forward(words.lookup(ids), context); // [B, T, E]
            for (int i = 1; i < streams.length; i++) {
                // released weights have the first stream's vector last
                Tensor vector = stream.tensor().select(0, (i + value.streams - 2) % value.streams); // [E]
                streams[i] = position.forward(vector.expand(ids.size(0), length, width), later);
            }
            return context.dropout(norm.forward(Tensor.cat(1, streams), context), value.dropout); // [B, (1 + n) T, E]
        }

        @Override
        public Context above(Input input, Context context) {
            return context.streaming(input.length());
        }

        @Override
        public Tensor leave(Tensor x, Context context) {
            long length = context.mainStream(x.size(1));
            return x.narrow(1, length, value.streams * length)
                    .reshape(x.size(0), value.streams, length, width)
                    .transpose(1, 2)
                    .flatten(2, 3); // [B, T, n E]
        }

        @Override
        public int leaving(int width) {
            return value.streams * width;
        }

        @Override
        public Load rows(Load load) {
            return load.streams(1L + value.streams);
        }

        @Override
        public Optional<Table.Built> table() {
            return Optional.of(words);
        }

        @Override
        public Cost cost(Load load) {
            Load all = rows(load);
            return words.cost(load)
                    .plus(position.cost(all))
                    .plus(norm.cost(all))
                    .plus(Cost.NONE.saving(value.dropout > 0 ? 2 * all.rows() * width : 0));
        }
    }
}
