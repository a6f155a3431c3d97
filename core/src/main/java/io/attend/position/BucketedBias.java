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

/// T5's bias: a learned number a head and bucket of distances, added to every score; near distances have a
/// bucket each, further ones share buckets that widen, and all beyond the furthest share the last.
///
///     bias(h, t, s) = table(bucket(s − t), h)
///     bucket(n) = n  if n < N/2,  else  min(N − 1, N/2 + ⌊N/2 · ln(2n/N) / ln(2·furthest/N)⌋)
///
/// Adds [1, H, T, S] to the scores; buckets·H parameters, one table for all layers of a stack. Causal: N is all
/// buckets and n = t − s, 0 for keys ahead. Bidirectional: N is half of them and n = |s − t|; keys ahead take
/// the second half. O(H·T·S), once a pass. Names: `buckets` is Hugging Face's `relative_attention_num_buckets`,
/// `furthest` its `relative_attention_max_distance`; MPNet's `relative_attention_bias` is the same.
@Source(
        paper = "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
        arxiv = "1910.10683")
public record BucketedBias(
        int buckets, Direction direction, @Default("128") int furthest) implements RelativePosition {
    public static final BucketedBias EXAMPLE = new BucketedBias(8, Direction.BIDIRECTIONAL, 11);
    public static final BucketedBias CAUSAL = new BucketedBias(7, Direction.CAUSAL, 23);

    /// On which side of a query keys stand.
    public enum Direction {
        BIDIRECTIONAL,
        CAUSAL
    }

    public BucketedBias {
        if (direction == Direction.BIDIRECTIONAL && (buckets < 4 || buckets % 2 != 0)) {
            throw new IllegalArgumentException(
                    "buckets for both directions must be even and at least 4, not " + buckets);
        }
        if (buckets < 2) {
            throw new IllegalArgumentException("buckets must be at least 2, not " + buckets);
        }
        int exact = (direction == Direction.BIDIRECTIONAL ? buckets / 2 : buckets) / 2;
        if (furthest <= exact) {
            throw new IllegalArgumentException(buckets + " buckets tell distances up to " + exact
                    + " apart one by one; furthest must be more, not " + furthest);
        }
    }

    /// The bucket of a key at a position relative to its query's, 0 ... buckets - 1.
    public int bucket(int ahead) {
        boolean both = direction == Direction.BIDIRECTIONAL;
        int count = both ? buckets / 2 : buckets;
        int start = both && ahead > 0 ? count : 0;
        int distance = both ? Math.abs(ahead) : Math.max(-ahead, 0);
        int exact = count / 2;
        if (distance < exact) {
            return start + distance;
        }
        // in float32, as models were trained: at the edge of a bucket a last bit decides
        float along = (float) Math.log(distance / (float) exact) / (float) Math.log(furthest / (double) exact);
        return start + Math.min(count - 1, exact + (int) (along * (count - exact)));
    }

    @Override
    public RelativePosition.Built build(Parameters parameters, HeadShape heads) {
        return parameters.shared(
                "position", new Shared(this, heads.heads()), Built.class, place -> new Built(this, place, heads));
    }

    private record Shared(BucketedBias value, int heads) {}

    private record Made(Object by, long queries, long keys) {}

    private static final class Built implements RelativePosition.Built {
        private final BucketedBias value;
        private final int heads;
        private final Parameter weight;

        Built(BucketedBias value, Parameters parameters, HeadShape heads) {
            this.value = value;
            this.heads = heads.heads();
            this.weight = parameters.weight("weight", Shape.of(value.buckets, heads.heads()), Initializer.normal(0.02));
        }

        @Override
        public Added added() {
            return Added.DISTANCE;
        }

        @Override
        public Optional<Tensor> bias(Tensor queries, Tensor keys, Context context) {
            return Optional.of(context.once(
                    new Made(this, queries.size(2), keys.size(2)),
                    () -> bias(queries.size(2), keys.size(2), context).to(queries.dtype())));
        }

        private Tensor bias(long queries, long keys, Context context) {
            Distances distances = Distances.clipped(context, queries, keys, value.furthest);
            long[] buckets = new long[Math.toIntExact(distances.count())];
            for (int row = 0; row < buckets.length; row++) {
                buckets[row] = value.bucket(Math.toIntExact(value.furthest - distances.first() - row));
            }
            Tensor table = weight.tensor()
                    .indexSelect(
                            0,
                            Tensor.of(buckets, buckets.length)
                                    .to(distances.rows().device()));
            return distances.spread(table.transpose(0, 1)); // [1, H, T, S]
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(load.rows() * heads * load.keys());
        }
    }
}
