package io.attend.score;

import io.attend.tensor.Tensor;
import java.util.OptionalDouble;
import java.util.function.BinaryOperator;

/// What scores that are products of queries and keys have in common.
final class Products {
    private Products() {}

    /// `scale · Q Kᵀ`.
    static Score.Built scaled(double scale, int size) {
        return new Score.Built() {
            @Override
            public Tensor scores(Tensor queries, Tensor keys) {
                return Products.product(scale == 1 ? queries : queries.mul(scale), keys); // [B, H, T, S]
            }

            @Override
            public OptionalDouble scale() {
                return OptionalDouble.of(scale);
            }

            @Override
            public OptionalDouble product() {
                return scale();
            }

            @Override
            public Score.Work work() {
                return Score.Work.pair(2.0 * size);
            }
        };
    }

    /// `Q Kᵀ` → [B, H, T, S].
    static Tensor product(Tensor queries, Tensor keys) {
        return grouped(queries, keys, (q, k) -> q.matmul(k.transpose(2, 3)));
    }

    /// Applies a score to heads that may share keys: query heads on the same key head are folded into one head
    /// with more queries, so that no key is copied.
    static Tensor grouped(Tensor queries, Tensor keys, BinaryOperator<Tensor> score) {
        if (queries.size(1) == keys.size(1)) {
            return score.apply(queries, keys);
        }
        Tensor folded = queries.reshape(queries.size(0), keys.size(1), -1, queries.size(3)); // [B, K, H / K T, D]
        return score.apply(folded, keys).reshape(queries.size(0), queries.size(1), queries.size(2), keys.size(2));
    }
}
