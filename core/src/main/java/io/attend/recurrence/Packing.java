package io.attend.recurrence;

import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The real tokens of a padded batch in the order the engine's recurrences take them: the first of all
/// sequences, longest sequence first, then all second ones, and so on; wherever the padding stands.
///
/// @param rows sequences that have a token, longest first, [B']
/// @param tokens places in the batch [B·T] of the packed tokens, [N]
/// @param sizes how many sequences have a first token, a second one and so on
/// @param back places among the packed tokens of every place of the batch, N for padding, [B·T]
record Packing(Tensor rows, Tensor tokens, Tensor sizes, Tensor back) {
    /// @param keep [B, T] truth values
    static Packing of(Tensor keep) {
        int batch = (int) keep.size(0);
        int length = (int) keep.size(1);
        long[] real = keep.toLongs();
        int[][] places = IntStream.range(0, batch)
                .mapToObj(b -> IntStream.range(b * length, (b + 1) * length)
                        .filter(i -> real[i] != 0)
                        .toArray())
                .toArray(int[][]::new);
        int[] order = IntStream.range(0, batch)
                .boxed()
                .filter(b -> places[b].length > 0)
                .sorted(Comparator.comparingInt(b -> -places[b].length))
                .mapToInt(b -> b)
                .toArray();
        int steps = order.length == 0 ? 0 : places[order[0]].length;
        int count = IntStream.of(order).map(b -> places[b].length).sum();
        long[] tokens = new long[count];
        long[] sizes = new long[steps];
        long[] back = new long[batch * length];
        java.util.Arrays.fill(back, count);
        int at = 0;
        for (int step = 0; step < steps; step++) {
            for (int b : order) {
                if (step < places[b].length) {
                    tokens[at] = places[b][step];
                    back[places[b][step]] = at++;
                    sizes[step]++;
                }
            }
        }
        return new Packing(
                Tensor.of(IntStream.of(order).asLongStream().toArray(), order.length),
                Tensor.of(tokens, count),
                Tensor.of(sizes, steps),
                Tensor.of(back, back.length));
    }

    boolean isEmpty() {
        return tokens.count() == 0;
    }

    /// [B, T, E] → [N, E].
    Tensor pack(Tensor x) {
        return x.reshape(x.size(0) * x.size(1), x.size(2)).indexSelect(0, tokens);
    }

    /// [N, H] → [B, T, H], zeros at padding.
    Tensor unpack(Tensor packed, long batch) {
        Tensor zero = Tensor.zeros(Shape.of(1, packed.size(1)), packed.dtype());
        return Tensor.cat(0, packed, zero).indexSelect(0, back).reshape(batch, -1, packed.size(1));
    }

    /// States [D, B', H] of the packed rows in place of those rows' among `all` [D, B, H].
    Tensor replaced(Tensor all, Tensor packed) {
        Tensor kept = Tensor.ones(Shape.of(all.size(1), 1), DType.FLOAT32)
                .indexAdd(0, rows, Tensor.full(Shape.of(rows.count(), 1), -1, DType.FLOAT32))
                .to(all.dtype()); // 1 for rows without a token
        return all.mul(kept).indexAdd(1, rows, packed);
    }

    /// Of states [D, B, H], those of the packed rows.
    List<Tensor> chosen(List<Tensor> all) {
        return all.stream().map(state -> state.indexSelect(1, rows)).toList();
    }
}
