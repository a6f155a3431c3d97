package io.attend.attention;

import io.attend.layer.Context;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Which chunks of a text, all of one size, the positions of a chunk look at: their own, and some before and
/// after it.
///
/// @param size positions of a chunk, c
/// @param before how many chunks before it
/// @param after how many behind it
/// @param edges what the first and the last chunks look at
record ChunkPairs(int size, int before, int after, ChunkEdges edges) {
    static void check(int size, int before, int after) {
        if (size < 1) {
            throw new IllegalArgumentException("a chunk must hold at least 1 position, not " + size);
        }
        if (before < 0 || after < 0) {
            throw new IllegalArgumentException(
                    "chunks before and after must be at least 0, not " + Math.min(before, after));
        }
    }

    /// Chunks a position looks at.
    int reach() {
        return 1 + before + after;
    }

    /// [B, H, N, ...] → [B, H, C, c, ...].
    Tensor split(Tensor x) {
        long[] shape = x.shape().toArray();
        long[] chunked = new long[shape.length + 1];
        chunked[0] = shape[0];
        chunked[1] = shape[1];
        chunked[2] = shape[2] / size;
        chunked[3] = size;
        System.arraycopy(shape, 3, chunked, 4, shape.length - 3);
        return x.reshape(chunked);
    }

    /// The chunks each looks at side by side, [B, H, C, c, ...] → [B, H, C, reach·c, ...]; past an end those of
    /// the other end.
    Tensor seen(Tensor chunks) {
        if (reach() == 1) {
            return chunks;
        }
        long count = chunks.size(2);
        Tensor[] all = new Tensor[reach()];
        for (int i = -before; i <= after; i++) {
            long first = Math.floorMod(i, count);
            all[before + i] = first == 0
                    ? chunks
                    : Tensor.cat(2, chunks.narrow(2, first, count - first), chunks.narrow(2, 0, first));
        }
        return Tensor.cat(3, all);
    }

    /// Which of those are no farther than the ends, [C, 1, reach·c], where the chunks are of so many equal
    /// rounds.
    Tensor inside(long chunks, long rounds) {
        long each = chunks / rounds;
        Tensor within = Tensor.arange(0, chunks).remainder(each).unsqueeze(1); // [C, 1]
        Tensor at = within.add(Tensor.arange(-before, after + 1L)); // [C, reach]
        Tensor near = at.ge(0).logicalAnd(at.lt((double) each));
        return near.to(DType.INT64).repeatInterleave(size, 1).ne(0).unsqueeze(1);
    }

    /// The positions of N, padded to whole chunks.
    static long padded(long length, long multiple) {
        return (length + multiple - 1) / multiple * multiple;
    }

    /// Softmax over keys [B, H, C, S, D] for queries [B, H, C, c, D] with scores hidden where `hidden` is true,
    /// the position itself, where `itself` is, only if there is no other; without it, zeros where nothing is
    /// seen.
    ///
    /// @return what is gathered [B, H, C, c, D], and the logarithm of what scores sum to [B, H, C, c, 1]
    static Gathered gather(
            Tensor queries,
            Tensor keys,
            Tensor values,
            Tensor hidden,
            Optional<Tensor> itself,
            double dropout,
            Context context) {
        Tensor scores = queries.matmul(keys.transpose(-2, -1)).maskedFill(hidden, HIDDEN);
        Tensor all = itself.isPresent() ? scores.maskedFill(itself.get(), ITSELF) : scores;
        Tensor sum = all.logsumexp(-1, Tensor.Axis.KEPT);
        Tensor weights = all.sub(sum).exp();
        context.show("attention", weights);
        Tensor gathered = context.dropout(weights, dropout).matmul(values);
        return new Gathered(
                itself.isPresent()
                        ? gathered
                        : gathered.maskedFill(
                                hidden.logicalNot().any(-1, Tensor.Axis.KEPT).logicalNot(), 0),
                sum);
    }

    record Gathered(Tensor values, Tensor sum) {}

    /// Scores of what is hidden, and of a position for itself: both finite, in this order, so that a position
    /// that sees no other sees itself.
    private static final double HIDDEN = -1e9;

    private static final double ITSELF = -1e5;
}
