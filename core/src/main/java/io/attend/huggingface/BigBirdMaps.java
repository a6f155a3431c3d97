package io.attend.huggingface;

import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// BigBird's maps: all pairs of a text filled up to whole blocks, where a block that counts several times shows
/// what it counts once.
///
/// @param block tokens of a block
/// @param exact the longest text that is attended to exactly, and not filled up
record BigBirdMaps(int block, long exact) implements MapLayout {
    @Override
    public long padded(long length) {
        return length <= exact ? length : (length + block - 1) / block * block;
    }

    @Override
    public Laid of(int layer, Tensor pairs, Pass pass) {
        long length = pairs.size(2);
        long missing = padded(length) - length;
        Tensor once = pass.shown("times")
                .map(times -> pairs.div(times.clampMin(1)))
                .orElse(pairs);
        if (missing == 0) {
            return new Laid(once, Optional.empty());
        }
        long batch = pairs.size(0);
        long heads = pairs.size(1);
        Tensor wide = Tensor.cat(3, once, Tensor.zeros(Shape.of(batch, heads, length, missing), pairs.dtype()));
        Tensor whole =
                Tensor.cat(2, wide, Tensor.zeros(Shape.of(batch, heads, missing, length + missing), pairs.dtype()));
        Tensor keep = pass.keep().orElseGet(() -> Tensor.ones(Shape.of(batch, length), DType.BOOL));
        long[] real = Tensor.cat(1, keep, Tensor.zeros(Shape.of(batch, missing), DType.BOOL))
                .unsqueeze(1)
                .expand(batch, heads, length + missing)
                .flatten(0, 2)
                .toLongs();
        boolean[] rows = new boolean[real.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = real[i] != 0;
        }
        return new Laid(whole, Optional.of(rows));
    }
}
