package io.attend.attention;

import io.attend.layer.Linear;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;

/// The four products of an attention with heads: queries, keys and values of a token, and what becomes of the
/// heads together.
final class Projections {
    final int size;
    private final int width;
    private final Linear query;
    private final Linear key;
    private final Linear values;
    private final Linear output;

    Projections(Parameters parameters, Heads heads, ProjectionBias bias, int width) {
        this.width = width;
        this.size = heads.sizeIn(width, parameters);
        Linear.Size asked = Linear.Size.from(width).to((long) heads.count() * size);
        Linear.Size shared = Linear.Size.from(width).to((long) heads.keyValueCount() * size);
        this.query = new Linear(parameters.in("query"), asked, bias.query);
        this.key = new Linear(parameters.in("key"), shared, bias.key);
        this.values = new Linear(parameters.in("value"), shared, bias.value);
        this.output = new Linear(
                parameters.in("output"), Linear.Size.from((long) heads.count() * size).to(width), bias.output);
    }

    Tensor queries(Tensor x) {
        return split(query.forward(x), size); // [B, H, T, D]
    }

    Tensor keys(Tensor x) {
        return split(key.forward(x), size); // [B, K, T, D]
    }

    Tensor values(Tensor x) {
        return split(values.forward(x), size); // [B, K, T, D]
    }

    /// [B, T, H D] → [B, H, T, D]
    static Tensor split(Tensor x, int size) {
        return x.reshape(x.size(0), x.size(1), x.size(2) / size, size).transpose(1, 2);
    }

    /// [B, H, T, D] → [B, T, E]
    Tensor output(Tensor y) {
        return output.forward(y.transpose(1, 2).flatten(2, 3));
    }

    double flops(double rows) {
        return query.flops(rows) + key.flops(rows) + values.flops(rows) + output.flops(rows);
    }

    /// Numbers kept for the backward pass: the input, queries, keys and values.
    double saved(double rows, Heads heads) {
        return rows * (width + (heads.count() + 2.0 * heads.keyValueCount()) * size);
    }
}
