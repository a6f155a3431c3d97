package io.attend.attention;

import io.attend.mask.Band;
import io.attend.tensor.Tensor;

/// A sequence cut into N blocks of C queries, each beside the M keys near it: what makes attention in windows
/// cost T·M instead of T·S.
///
/// Queries are the last T of S positions. At a rate above 1 a block holds every `rate`-th position, so that its
/// keys are again neighbours. Past the ends a block holds nothing: places there are read from somewhere and
/// thrown away, or hidden.
///
/// @param count N
/// @param size C
/// @param keys M
/// @param from positions of the queries [N, C, 1]
/// @param to positions of the keys [N, 1, M], some of them outside the sequence
/// @param inside whether they are inside it [N, 1, M]
/// @param queryRows where to read the queries among T, [N C]
/// @param keyRows where to read the keys among S, [N M]
/// @param back where each of T queries is among N C, [T]
record Blocks(
        long count,
        long size,
        long keys,
        Tensor from,
        Tensor to,
        Tensor inside,
        Tensor queryRows,
        Tensor keyRows,
        Tensor back) {
    static Blocks of(Band band, long queries, long keys) {
        int size = Math.toIntExact(band.queries(queries));
        int rate = band.rate();
        int each = Math.toIntExact((queries + (long) size * rate - 1) / ((long) size * rate)); // blocks of a residue
        int count = each * rate;
        int width = Math.toIntExact(band.keys(queries));
        long first = keys - queries;
        // pieces are counted from the first position there is, which may have been before these queries
        long into = first % band.block();
        if (into > 0) {
            throw new IllegalArgumentException("queries begin " + into + " positions into a block of " + band.block());
        }
        long[] from = new long[count * size];
        long[] queryRows = new long[from.length];
        long[] back = new long[Math.toIntExact(queries)];
        long[] to = new long[count * width];
        long[] keyRows = new long[to.length];
        boolean[] inside = new boolean[to.length];
        for (int n = 0; n < count; n++) {
            long start = (long) (n / rate) * size;
            for (int c = 0; c < size; c++) {
                long row = (start + c) * rate + n % rate;
                from[n * size + c] = first + row;
                queryRows[n * size + c] = Math.min(row, queries - 1);
                if (row < queries) {
                    back[(int) row] = (long) n * size + c;
                }
            }
            for (int m = 0; m < width; m++) {
                long row = first + (start + m - band.behind()) * rate + n % rate;
                to[n * width + m] = row;
                keyRows[n * width + m] = Math.clamp(row, 0, keys - 1);
                inside[n * width + m] = row >= 0 && row < keys;
            }
        }
        return new Blocks(
                count,
                size,
                width,
                Tensor.of(from, count, size, 1),
                Tensor.of(to, count, 1, width),
                Tensor.of(inside, count, 1, width),
                Tensor.of(queryRows, queryRows.length),
                Tensor.of(keyRows, keyRows.length),
                Tensor.of(back, back.length));
    }

    /// Queries [B, H, T, D] → [B N, H, C, D].
    Tensor queries(Tensor x) {
        return cut(x, queryRows, size);
    }

    /// Keys or values [B, K, S, D] → [B N, K, M, D].
    Tensor keys(Tensor x) {
        return cut(x, keyRows, keys);
    }

    private static Tensor cut(Tensor x, Tensor rows, long size) {
        return x.transpose(1, 2)
                .indexSelect(1, rows.to(x.device()))
                .reshape(-1, size, x.size(1), x.size(3))
                .transpose(1, 2);
    }

    /// Keys all blocks see beside their own, behind those: [B N, K, M, D] and [B, K, G, D] → [B N, K, M + G, D].
    Tensor beside(Tensor own, Tensor shared) {
        Tensor all = shared.unsqueeze(1)
                .expand(shared.size(0), count, shared.size(1), shared.size(2), shared.size(3))
                .reshape(own.size(0), own.size(1), shared.size(2), own.size(3));
        return Tensor.cat(2, own, all);
    }

    /// Truth values of keys [B, S] → [B, N, 1, M].
    Tensor keys(Tensor truths, long batch) {
        return truths.indexSelect(1, keyRows.to(truths.device())).reshape(batch, count, 1, keys);
    }

    /// What blocks [B N, H, C, D] gathered, in the order of the queries: [B, H, T, D].
    Tensor joined(Tensor y) {
        return y.transpose(1, 2) // [B N, C, H, D]
                .reshape(y.size(0) / count, count * size, y.size(1), y.size(3))
                .indexSelect(1, back.to(y.device()))
                .transpose(1, 2);
    }

    /// Truth values for all blocks of a batch, [(B), N, C, M] → [B N, 1, C, M].
    Tensor everyRow(Tensor allowed, long batch) {
        Tensor rows = allowed.rank() == 3 ? allowed.unsqueeze(0) : allowed;
        return rows.expand(batch, rows.size(1), rows.size(2), rows.size(3))
                .reshape(batch * rows.size(1), 1, rows.size(2), rows.size(3));
    }
}
