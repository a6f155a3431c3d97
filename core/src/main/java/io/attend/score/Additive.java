package io.attend.score;

import io.attend.layer.Bias;
import io.attend.layer.Initializer;
import io.attend.layer.Linear;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.OptionalInt;

/// A small network that is shown a query and a key: the first attention there was.
///
///     score(q, k) = v · tanh(W q + U k)
///
/// Q [B, H, T, D], K [B, K, S, D]; W and U [A, D], v [A], which all heads share → [B, H, T, S]. W q and U k
/// are computed once, but tanh is taken of T·S·A numbers a head: time O(T·S·A) without a matrix product,
/// several times slower than a dot product of the same size, and too much to keep, so that long sequences are
/// computed in blocks. Names: the paper's W_a, U_a and v_a; its alignment has one head.
///
/// @param hidden A; the head's size D if absent
@Source(paper = "Neural Machine Translation by Jointly Learning to Align and Translate", arxiv = "1409.0473")
public record Additive(OptionalInt hidden) implements Score {
    public static final Additive EXAMPLE = new Additive(OptionalInt.empty());
    public static final Additive WIDER = Additive.of(11);

    public Additive {
        if (hidden.isPresent() && hidden.getAsInt() < 1) {
            throw new IllegalArgumentException("hidden must be at least 1, not " + hidden.getAsInt());
        }
    }

    public static Additive of(int hidden) {
        return new Additive(OptionalInt.of(hidden));
    }

    @Override
    public Built build(Parameters parameters, Sizes sizes) {
        return new Network(parameters, Linear.Size.from(sizes.size()).to(hidden.orElse(sizes.size())));
    }

    private static final class Network implements Built {
        private final Linear query;
        private final Linear key;
        private final Parameter vector;

        Network(Parameters parameters, Linear.Size size) {
            this.query = new Linear(parameters.in("query"), size, Bias.NONE);
            this.key = new Linear(parameters.in("key"), size, Bias.NONE);
            long hidden = query.weight().shape().size(0);
            this.vector = parameters.weight("vector", Shape.of(hidden), Initializer.normal(1 / Math.sqrt(hidden)));
        }

        @Override
        public Tensor queries(Tensor queries) {
            return query.forward(queries); // [B, H, T, A]
        }

        @Override
        public Tensor keys(Tensor keys) {
            return key.forward(keys); // [B, K, S, A]
        }

        @Override
        public int keySize(int size) {
            return Math.toIntExact(vector.shape().count());
        }

        @Override
        public Tensor scores(Tensor queries, Tensor keys) {
            return Products.grouped(
                    queries,
                    keys,
                    (q, k) -> q.unsqueeze(3)
                            .add(k.unsqueeze(2)) // [B, K, T, S, A]
                            .tanh()
                            .matmul(vector.tensor().to(q.dtype()))); // [B, K, T, S]
        }

        @Override
        public Work work() {
            long hidden = vector.shape().count();
            return Work.pair(4.0 * hidden)
                    .query(query.flops(1))
                    .key(key.flops(1))
                    .and(0, hidden);
        }
    }
}
