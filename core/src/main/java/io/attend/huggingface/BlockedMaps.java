package io.attend.huggingface;

import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/// LongT5's maps: blocks of queries beside the keys of their own block and of those next to it, [B, N, H, C, 3 C],
/// and behind those the summaries.
///
/// @param size of a block, C
record BlockedMaps(int size) implements MapLayout {
    @Override
    public Laid of(int layer, Tensor pairs, Pass pass) {
        long batch = pairs.size(0);
        long heads = pairs.size(1);
        int length = Math.toIntExact(pairs.size(2));
        long more = pairs.size(3) - length;
        int count = (length + size - 1) / size;
        long padding = (long) count * size - length;
        Tensor rows = Tensor.cat(2, pairs, Tensor.zeros(Shape.of(batch, heads, padding, pairs.size(3)), pairs.dtype()))
                .reshape(batch, heads, count, size, pairs.size(3));
        Tensor before = Tensor.zeros(Shape.of(batch, heads, count, size, size), pairs.dtype());
        Tensor behind = Tensor.zeros(Shape.of(batch, heads, count, size, size + padding), pairs.dtype());
        Tensor keys = Tensor.cat(4, before, rows.narrow(4, 0, length), behind); // [B, H, N, C, C + N C + C]
        Tensor[] blocks = new Tensor[count];
        for (int n = 0; n < count; n++) {
            blocks[n] = Tensor.cat(
                    3,
                    keys.select(2, n).narrow(3, (long) n * size, 3L * size),
                    rows.select(2, n).narrow(3, length, more)); // [B, H, C, 3 C + G]
        }
        long[] real = pass.keep().map(Tensor::toLongs).orElseGet(() -> {
            long[] all = new long[Math.toIntExact(batch) * length];
            Arrays.fill(all, 1);
            return all;
        });
        boolean[] kept = new boolean[Math.toIntExact(batch * count * heads * size)];
        for (int i = 0; i < kept.length; i++) {
            int b = Math.toIntExact(i / (count * heads * size));
            int t = Math.toIntExact(i / (heads * size) % count) * size + i % size;
            kept[i] = t < length && real[b * length + t] != 0;
        }
        return new Laid(Tensor.stack(1, blocks), Optional.of(kept));
    }
}
