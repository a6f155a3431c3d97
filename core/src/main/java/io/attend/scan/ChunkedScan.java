package io.attend.scan;

import io.attend.tensor.Autocast;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Queries on a matrix that keys and values are added to and that decays, C positions at a time: inside a
/// chunk every pair is weighed, as in attention; what came before the chunk is one matrix.
///
///     S_t = e^{d_t} S_{t−1} + k_t v_tᵀ        y_t = S_tᵀ q_t = Σ_{s ≤ t} e^{d_{s+1} + … + d_t} (q_t · k_s) v_s
///
/// Q and K [B, H, T, D], V [B, H, T, M], log decays d ≤ 0 [B, H, T] → Y [B, H, T, M] and the last S
/// [B, H, D, M]. Time 2·T·(C·(D + M) + 2·D·M) operations a head, memory T·(C + D·M / C), both linear in T. All
/// powers of e are of sums of decays, never above 1, and never divided by. In float32 at least, whatever
/// products are computed in elsewhere: sums over a whole text are too long for halves.
public final class ChunkedScan {
    private final long chunk;

    /// @param chunk positions weighed against each other, C; the result does not depend on it
    public ChunkedScan(int chunk) {
        this.chunk = checked(chunk);
    }

    /// A size of chunks that can be.
    ///
    /// @throws IllegalArgumentException otherwise
    public static int checked(int chunk) {
        if (chunk < 1 || chunk > 4096) {
            throw new IllegalArgumentException(
                    "chunk must be from 1 to 4096 positions, not " + chunk + "; 64 is a good size");
        }
        return chunk;
    }

    /// What is made of a sequence, and what the next one starts from.
    public record Result(Tensor outputs, Tensor last) {}

    /// @param decays d; absent where nothing is forgotten
    /// @param start S before the first position; absent where it is 0
    public Result of(Tensor queries, Tensor keys, Tensor values, Optional<Tensor> decays, Optional<Tensor> start) {
        try (Autocast _ = Autocast.open(queries.device().kind(), Optional.empty())) {
            return wide(wide(queries), wide(keys), wide(values), decays.map(ChunkedScan::wide), start);
        }
    }

    /// The whole chunks, and what is left of the last.
    private Result wide(Tensor q, Tensor k, Tensor v, Optional<Tensor> decays, Optional<Tensor> start) {
        long length = q.size(2);
        long size = Math.min(chunk, length);
        long whole = length - length % size;
        if (whole == length) {
            return chunks(q, k, v, decays, start, size);
        }
        long rest = length - whole;
        Result most = chunks(
                q.narrow(2, 0, whole),
                k.narrow(2, 0, whole),
                v.narrow(2, 0, whole),
                decays.map(d -> d.narrow(2, 0, whole)),
                start,
                size);
        Result end = chunks(
                q.narrow(2, whole, rest),
                k.narrow(2, whole, rest),
                v.narrow(2, whole, rest),
                decays.map(d -> d.narrow(2, whole, rest)),
                Optional.of(most.last),
                rest);
        return new Result(Tensor.cat(2, most.outputs, end.outputs), end.last);
    }

    /// N chunks of C positions.
    private static Result chunks(
            Tensor queries, Tensor keys, Tensor values, Optional<Tensor> decays, Optional<Tensor> start, long size) {
        Tensor q = parts(queries, size); // [B, H, N, C, D]
        Tensor k = parts(keys, size);
        Tensor v = parts(values, size); // [B, H, N, C, M]
        long count = q.size(2);
        Tensor places = Tensor.arange(0, size).to(q.device());
        Tensor later = places.unsqueeze(0).gt(places.unsqueeze(1)); // [C, C], keys behind their query
        Tensor scores = q.matmul(k.transpose(3, 4)); // [B, H, N, C, C]
        if (decays.isEmpty()) {
            Tensor inner = scores.maskedFill(later, 0).matmul(v); // [B, H, N, C, M]
            Tensor sums = k.transpose(3, 4).matmul(v).cumsum(2); // [B, H, N, D, M]
            Tensor after = start.isPresent() ? sums.add(start.get().unsqueeze(2)) : sums;
            return new Result(joined(inner, q, before(after, start)), after.select(2, count - 1));
        }
        Tensor d = decays.get();
        Tensor sum = d.reshape(d.size(0), d.size(1), count, size).cumsum(3); // [B, H, N, C], d_1 + … + d_t
        Tensor spans = sum.unsqueeze(4).sub(sum.unsqueeze(3)); // [B, H, N, C, C]
        Tensor inner = scores.mul(
                        spans.maskedFill(later, Double.NEGATIVE_INFINITY).exp())
                .matmul(v); // [B, H, N, C, M]
        Tensor total = sum.narrow(3, size - 1, 1); // [B, H, N, 1]
        Tensor left = k.mul(total.sub(sum).exp().unsqueeze(4)); // what of each key is left at the end of its chunk
        Tensor after = Scan.of(
                total.exp().unsqueeze(4),
                left.transpose(3, 4).matmul(v),
                2,
                start.map(s -> s.unsqueeze(2))); // [B, H, N, D, M]
        return new Result(
                joined(inner, q.mul(sum.exp().unsqueeze(4)), before(after, start)), after.select(2, count - 1));
    }

    /// Of the states behind every chunk those before it; absent where there is only the 0 before the first.
    private static Optional<Tensor> before(Tensor after, Optional<Tensor> start) {
        long count = after.size(2);
        if (count == 1) {
            return start.map(s -> s.unsqueeze(2));
        }
        Tensor all = after.narrow(2, 0, count - 1);
        return Optional.of(start.map(s -> Tensor.cat(2, s.unsqueeze(2), all)).orElse(all));
    }

    /// What each chunk finds in itself, and what its queries find in the states before it.
    private static Tensor joined(Tensor inner, Tensor q, Optional<Tensor> before) {
        long count = q.size(2);
        Tensor y = inner;
        if (before.isPresent()) {
            long missing = count - before.get().size(2); // the first chunk, if it has nothing before it
            Tensor outer = q.narrow(2, missing, count - missing).matmul(before.get());
            y = missing == 0
                    ? inner.add(outer)
                    : Tensor.cat(
                            2,
                            inner.narrow(2, 0, 1),
                            inner.narrow(2, 1, count - 1).add(outer));
        }
        return y.reshape(y.size(0), y.size(1), -1, y.size(4)); // [B, H, T, M]
    }

    private static Tensor parts(Tensor x, long size) {
        return x.reshape(x.size(0), x.size(1), -1, size, x.size(3)); // [B, H, T, D] → [B, H, N, C, D]
    }

    private static Tensor wide(Tensor x) {
        return x.to(x.dtype().widened());
    }

    /// Operations for so many positions of one head, keys of `keys` numbers and values of `values`.
    public double flops(double rows, long length, long keys, long values) {
        return 2 * rows * (Math.min(chunk, length) * (double) (keys + values) + 2.0 * keys * values);
    }

    /// Numbers saved for the backward pass by so many positions of one head.
    public double saved(double rows, long length, long keys, long values) {
        double size = Math.min(chunk, length);
        return rows * (size + keys + values + 2.0 * keys * values / size);
    }
}
