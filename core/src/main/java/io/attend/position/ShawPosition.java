package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// Shaw's relative positions: a learned vector for each distance up to a furthest, which meets the query, or
/// key and query, or is gathered with the values.
///
///     a(t, s) = table(clip(t − s, ±furthest) + furthest)
///     keys:             score = (q·k + q·a) / √D
///     keys-and-queries: score = (q·k + q·a + k·a) / √D
///     keys-and-values:  score = (q·k + q·a) / √D        y = Σ w (v + a')
///
/// Adds [B, H, T, S]; (2·furthest + 1)·D parameters a table, the same for all heads, one or (for values) two
/// tables a layer. O(B·H·T·R·D) for the R distances of a pass, and the scores' memory. The paper has
/// `keys-and-values` and counts s − t, so its table is ours upside down; Hugging Face's BERT has the first as
/// `relative_key`, the second as `relative_key_query`, a `distance_embedding` in our order, and furthest
/// `max_position_embeddings` − 1.
@Source(paper = "Self-Attention with Relative Position Representations", arxiv = "1803.02155")
public record ShawPosition(
        int furthest, @Default("\"keys-and-values\"") Use use) implements RelativePosition {
    public static final ShawPosition EXAMPLE = new ShawPosition(3, Use.KEYS_AND_VALUES);
    public static final ShawPosition KEYS = new ShawPosition(61, Use.KEYS);
    public static final ShawPosition KEYS_AND_QUERIES = new ShawPosition(5, Use.KEYS_AND_QUERIES);

    /// What the vectors of distances meet.
    public enum Use {
        KEYS,
        KEYS_AND_QUERIES,
        KEYS_AND_VALUES
    }

    public ShawPosition {
        if (furthest < 1) {
            throw new IllegalArgumentException("furthest must be at least 1, not " + furthest);
        }
    }

    @Override
    public RelativePosition.Built build(Parameters parameters, HeadShape heads) {
        return new Built(this, parameters, heads);
    }

    private static final class Built implements RelativePosition.Built {
        private final ShawPosition value;
        private final HeadShape heads;
        private final Parameter keys;
        private final Optional<Parameter> values;

        Built(ShawPosition value, Parameters parameters, HeadShape heads) {
            this.value = value;
            this.heads = heads;
            Shape shape = Shape.of(2L * value.furthest + 1, heads.size());
            this.keys = parameters.weight("weight", shape, Initializer.normal(0.02));
            this.values = value.use == Use.KEYS_AND_VALUES
                    ? Optional.of(parameters.weight("values", shape, Initializer.normal(0.02)))
                    : Optional.empty();
        }

        @Override
        public Added added() {
            return Added.PAIR;
        }

        @Override
        public Optional<Tensor> bias(Tensor queries, Tensor all, Context context) {
            Distances distances = Distances.clipped(context, queries.size(2), all.size(2), value.furthest);
            Tensor table = distances.part(keys.tensor()).transpose(0, 1); // [D, R]
            Tensor bias = distances.ofQueries(queries.matmul(table)); // [B, H, T, S]
            if (value.use == Use.KEYS_AND_QUERIES) {
                Tensor products = all.matmul(table); // [B, K, S, R]
                long shared = queries.size(1) / all.size(1);
                bias = bias.add(distances.ofKeys(shared == 1 ? products : products.repeatInterleave(shared, 1)));
            }
            return Optional.of(bias.mul(1 / Math.sqrt(heads.size())));
        }

        @Override
        public boolean gathers() {
            return values.isPresent();
        }

        @Override
        public Optional<Tensor> gathered(Tensor weights, Context context) {
            return values.map(table -> {
                Distances distances = Distances.clipped(context, weights.size(2), weights.size(3), value.furthest);
                return distances.sums(weights).matmul(distances.part(table.tensor())); // [B, H, T, D]
            });
        }

        @Override
        public Cost cost(Load load) {
            double pairs = load.rows() * heads.heads();
            double rows = Math.min(value.furthest, load.keys() - 1) + Math.min(value.furthest, load.length() - 1) + 1;
            double table = 2 * rows * heads.size();
            double ofKeys = value.use == Use.KEYS_AND_QUERIES
                    ? load.batch() * load.keys() * heads.keyValueHeads() * table + pairs * load.keys()
                    : 0;
            double ofValues = values.isPresent() ? pairs * (table + load.keys() + heads.size()) : 0;
            return Cost.flops(pairs * (table + 2.0 * load.keys()) + ofKeys + ofValues)
                    .saving(pairs * load.keys());
        }
    }
}
