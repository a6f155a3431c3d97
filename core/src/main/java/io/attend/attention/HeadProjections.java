package io.attend.attention;

import io.attend.layer.Linear;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;

/// The four products of attention whose heads each have keys of their own: x [B, T, E] → Q, K, V [B, H, T, D], and
/// what was gathered [B, H, T, D] → [B, T, E].
final class HeadProjections {
    private final int heads;
    private final int size;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;

    /// Records `query`, `key`, `value` and `output` at this place.
    ///
    /// @param what the attention, for the refusal of shared keys
    HeadProjections(Heads heads, ProjectionBias bias, Parameters parameters, int width, String what) {
        if (heads.keyValueCount() != heads.count()) {
            throw parameters.refuse(what + " has as many key-value heads as query heads: " + heads.count() + ", not "
                    + heads.keyValueCount());
        }
        this.heads = heads.count();
        this.size = heads.sizeIn(width, parameters);
        Linear.Size in = Linear.Size.from(width).to((long) this.heads * size);
        this.query = new Linear(parameters.in("query"), in, bias.query);
        this.key = new Linear(parameters.in("key"), in, bias.key);
        this.value = new Linear(parameters.in("value"), in, bias.value);
        this.output = new Linear(
                parameters.in("output"), Linear.Size.from((long) this.heads * size).to(width), bias.output);
    }

    /// D.
    int size() {
        return size;
    }

    /// H·D.
    int numbers() {
        return heads * size;
    }

    Tensor queries(Tensor x) {
        return split(query.forward(x));
    }

    Tensor keys(Tensor x) {
        return split(key.forward(x));
    }

    Tensor values(Tensor x) {
        return split(value.forward(x));
    }

    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), heads, size).transpose(1, 2); // [B, T, H D] → [B, H, T, D]
    }

    /// Heads side by side again, and the last product.
    Tensor merge(Tensor y) {
        return output.forward(y.transpose(1, 2).flatten(2, 3)); // [B, H, T, D] → [B, T, E]
    }

    /// Operations of all four for that many rows.
    double flops(double rows) {
        return query.flops(rows) + key.flops(rows) + value.flops(rows) + output.flops(rows);
    }
}
