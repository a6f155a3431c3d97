package io.attend.scan;

import io.attend.tensor.Autocast;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A matrix that, before a key's new value is written, forgets the old one it would find there: the delta rule,
/// C positions at a time.
///
///     S_t = e^{d_t} S_{t−1} + k_t u_tᵀ,  u_t = β_t (v_t − e^{d_t} S_{t−1}ᵀ k_t)        y_t = S_tᵀ q_t
///
/// Q and K [B, H, T, D], V [B, H, T, M], log decays d ≤ 0 and strengths β [B, H, T] → Y [B, H, T, M] and the
/// last S [B, H, D, M]. In a chunk the u depend on each other through a triangle, (I + L) U = β (V − e^G K S),
/// L_ts = β_t e^{G_t − G_s} k_t · k_s for s < t, G the sums of d: it is solved for all chunks at once, and only
/// S goes from one to the next. Time 2·T·(C·(2 D + 3 M) / 2 + 3·D·M + C·D) operations a head, T / C dependent
/// steps, memory linear in T. In float32 at least.
public final class DeltaScan {
    private final long chunk;

    /// @param chunk positions computed at once, C; the result does not depend on it
    public DeltaScan(int chunk) {
        this.chunk = ChunkedScan.checked(chunk);
    }

    /// What goes into a state.
    ///
    /// @param decays d
    /// @param strengths β
    public record Written(Tensor keys, Tensor values, Tensor decays, Tensor strengths) {
        private Written wide() {
            return new Written(
                    DeltaScan.wide(keys), DeltaScan.wide(values), DeltaScan.wide(decays), DeltaScan.wide(strengths));
        }

        private Written part(long from, long length) {
            return new Written(
                    keys.narrow(2, from, length),
                    values.narrow(2, from, length),
                    decays.narrow(2, from, length),
                    strengths.narrow(2, from, length));
        }
    }

    /// @param start S before the first position; absent where it is 0
    public ChunkedScan.Result of(Tensor queries, Written written, Optional<Tensor> start) {
        try (Autocast _ = Autocast.open(queries.device().kind(), Optional.empty())) {
            Tensor q = wide(queries);
            Written all = written.wide();
            long length = q.size(2);
            long size = Math.min(chunk, length);
            long whole = length - length % size;
            if (whole == length) {
                return chunks(q, all, start, size);
            }
            long rest = length - whole;
            ChunkedScan.Result most = chunks(q.narrow(2, 0, whole), all.part(0, whole), start, size);
            ChunkedScan.Result end =
                    chunks(q.narrow(2, whole, rest), all.part(whole, rest), Optional.of(most.last()), rest);
            return new ChunkedScan.Result(Tensor.cat(2, most.outputs(), end.outputs()), end.last());
        }
    }

    private static ChunkedScan.Result chunks(Tensor queries, Written written, Optional<Tensor> start, long size) {
        Tensor q = parts(queries, size); // [B, H, N, C, D]
        Tensor k = parts(written.keys, size);
        Tensor v = parts(written.values, size); // [B, H, N, C, M]
        Tensor beta = parts(written.strengths.unsqueeze(3), size); // [B, H, N, C, 1]
        Tensor sum = parts(written.decays.unsqueeze(3), size).cumsum(3); // [B, H, N, C, 1], G
        Tensor places = Tensor.arange(0, size).to(q.device());
        Tensor later = places.unsqueeze(0).gt(places.unsqueeze(1)); // [C, C], keys behind their query
        Tensor fading = sum.sub(sum.transpose(3, 4))
                .maskedFill(later, Double.NEGATIVE_INFINITY)
                .exp(); // [B, H, N, C, C], 0 above the diagonal
        Tensor keys = k.transpose(3, 4);
        Tensor triangle = k.matmul(keys).mul(fading).mul(beta); // L, and a diagonal that is not looked at
        Tensor faded = sum.exp();
        Tensor solved = triangle.solveUnitLower(Tensor.cat(4, v, k.mul(faded)).mul(beta));
        long valueSize = v.size(4);
        List<Tensor> own = each(solved.narrow(4, 0, valueSize)); // u but for what is there already
        List<Tensor> found = each(solved.narrow(4, valueSize, k.size(4)));
        Tensor total = sum.narrow(3, size - 1, 1); // [B, H, N, 1, 1]
        List<Tensor> left = each(k.mul(total.sub(sum).exp()).transpose(3, 4)); // [B, H, D, C]
        List<Tensor> kept = each(total.exp());
        List<Tensor> states = new ArrayList<>();
        List<Tensor> updates = new ArrayList<>();
        Tensor state =
                start.orElseGet(() -> left.getFirst().matmul(own.getFirst()).mul(0)); // [B, H, D, M]
        for (int n = 0; n < own.size(); n++) {
            Tensor update = own.get(n).sub(found.get(n).matmul(state)); // [B, H, C, M]
            states.add(state);
            updates.add(update);
            state = left.get(n).matmul(update).addcmul(state, kept.get(n));
        }
        Tensor inner = q.matmul(keys).mul(fading).matmul(Tensor.stack(2, updates.toArray(Tensor[]::new)));
        Tensor outer = q.mul(faded).matmul(Tensor.stack(2, states.toArray(Tensor[]::new)));
        return new ChunkedScan.Result(inner.add(outer).reshape(q.size(0), q.size(1), -1, valueSize), state);
    }

    private static List<Tensor> each(Tensor x) {
        return x.split(1, 2).stream().map(one -> one.squeeze(2)).toList();
    }

    private static Tensor parts(Tensor x, long size) {
        return x.reshape(x.size(0), x.size(1), -1, size, x.size(3)); // [B, H, T, D] → [B, H, N, C, D]
    }

    private static Tensor wide(Tensor x) {
        return x.to(x.dtype().widened());
    }

    /// Operations for so many positions of one head, keys of `keys` numbers and values of `values`.
    public double flops(double rows, long length, long keys, long values) {
        double size = Math.min(chunk, length);
        return 2 * rows * (size * (2.5 * keys + 1.5 * values) + 3.0 * keys * values);
    }

    /// Numbers saved for the backward pass by so many positions of one head.
    public double saved(double rows, long length, long keys, long values) {
        double size = Math.min(chunk, length);
        return rows * (5 * size + 5.0 * keys + 4.0 * values + 2.0 * keys * values / size);
    }
}
