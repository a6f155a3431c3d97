package io.attend.huggingface;

import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// Longformer's and LED's maps: in each row the weights of global tokens, then those of the window around the
/// token, itself in the middle. A global token counts in the first part only, and its own row is zeros: what it
/// sees stands in a map of its own, one column a global token.
///
/// @param sides of each layer, how many tokens a window has on one side
record BandedMaps(List<Integer> sides) implements MapLayout {
    @Override
    public Laid of(int layer, Tensor pairs, Pass pass) {
        int side = sides.get(layer);
        long length = pairs.size(3);
        Tensor local = pass.global()
                .map(global -> pairs.maskedFill(global.unsqueeze(1).unsqueeze(1), 0)
                        .maskedFill(global.unsqueeze(1).unsqueeze(3), 0))
                .orElse(pairs);
        Tensor outside = Tensor.zeros(Shape.of(pairs.size(0), pairs.size(1), length, side), pairs.dtype());
        Tensor places = Tensor.arange(0, length)
                .unsqueeze(1)
                .add(Tensor.arange(0, 2L * side + 1).unsqueeze(0)); // [T, 2 side + 1]
        Tensor band = Tensor.cat(3, outside, local, outside)
                .gather(3, places.reshape(1, 1, length, -1).expand(pairs.size(0), pairs.size(1), length, 2L * side + 1));
        return new Laid(
                pass.global()
                        .filter(global -> most(global) > 0)
                        .map(global -> Tensor.cat(
                                3,
                                chosen(pairs, global).maskedFill(global.unsqueeze(1).unsqueeze(3), 0),
                                band))
                        .orElse(band),
                Optional.empty());
    }

    /// The weights of global tokens, [B, H, T, G]: zeros behind the last of a text.
    private static Tensor chosen(Tensor pairs, Tensor global) {
        Tensor rows = rows(global);
        return pairs.gather(
                        3,
                        rows.reshape(rows.size(0), 1, 1, -1)
                                .expand(pairs.size(0), pairs.size(1), pairs.size(2), rows.size(1)))
                .maskedFill(global.gather(1, rows).logicalNot().unsqueeze(1).unsqueeze(1), 0);
    }

    /// [B, H, T', G], T' the length Hugging Face pads texts to. Where a text has fewer global tokens than another,
    /// its class attends evenly to all of that.
    @Override
    public Optional<Tensor> global(Tensor pairs, Pass pass) {
        return pass.global().filter(global -> most(global) > 0).map(global -> {
            long window = 2L * sides.stream().mapToInt(side -> side).max().orElseThrow();
            long padding = (window - pairs.size(3) % window) % window;
            Tensor rows = rows(global);
            Tensor behind = Tensor.zeros(
                    Shape.of(pairs.size(0), pairs.size(1), rows.size(1), padding), pairs.dtype());
            Tensor seen = pairs.gather(
                    2,
                    rows.reshape(rows.size(0), 1, -1, 1)
                            .expand(pairs.size(0), pairs.size(1), rows.size(1), pairs.size(3))); // [B, H, G, T]
            return Tensor.cat(3, seen, behind)
                    .maskedFill(
                            global.gather(1, rows).logicalNot().unsqueeze(1).unsqueeze(3),
                            1.0 / (pairs.size(3) + padding))
                    .transpose(2, 3);
        });
    }

    private static long most(Tensor global) {
        return (long) global.to(DType.INT64)
                .sum(1, Tensor.Axis.DROPPED)
                .amax(0, Tensor.Axis.DROPPED)
                .item();
    }

    /// Where global tokens stand, behind the last of a text any other, [B, G].
    private static Tensor rows(Tensor global) {
        Tensor places = Tensor.arange(0, global.size(1)).unsqueeze(0);
        return places.add(global.logicalNot().to(DType.INT64).mul((double) global.size(1)))
                .transpose(0, 1)
                .argsort()
                .narrow(0, 0, most(global))
                .transpose(0, 1);
    }
}
