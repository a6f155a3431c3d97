package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Sinusoids of an image's rows and columns, or of a video's frames, rows and columns: each axis has a part of
/// the vector.
///
///     y(p) = x(p) + [PE(p₁), PE(p₂), ...]        p = (p₁·S₂ + p₂)·S₃ + ...
///
/// x [B, T, E] → y [B, T, E]; nothing is learned. `grid` holds the sizes S of the axes, the last one fastest;
/// `parts` the numbers of each axis, equal if left out; every one must be even. O(T·E), once a pass.
@Source(paper = "Masked Autoencoders Are Scalable Vision Learners", arxiv = "2111.06377")
public record AxialSinusoidalPosition(
        List<Integer> grid,
        @Default("[]") List<Integer> parts,
        @Default("{}") SinusoidalPosition waves) implements AbsolutePosition {
    public static final AxialSinusoidalPosition EXAMPLE =
            new AxialSinusoidalPosition(List.of(7, 11), List.of(4, 6), SinusoidalPosition.HALVES);
    public static final AxialSinusoidalPosition VIDEO =
            new AxialSinusoidalPosition(List.of(3, 5, 7), List.of(2, 4, 4), SinusoidalPosition.EXAMPLE);

    public AxialSinusoidalPosition {
        grid = Grid.check(grid);
        parts = Grid.checkParts(parts, grid);
        if (grid.isEmpty()) {
            throw new IllegalArgumentException("a grid needs at least 1 axis, not 0");
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        int[] numbers = Grid.parts(parts, grid, width, parameters);
        for (int part : numbers) {
            waves.check(parameters, part);
        }
        return new Built(this, numbers, new Grid(parameters.path(), grid), width);
    }

    private record Made(AxialSinusoidalPosition value, int width, long length) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Built(AxialSinusoidalPosition value, int[] parts, Grid grid, int width) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor all = context.once(new Made(value, width, x.size(1)), () -> {
                Tensor[] axes = new Tensor[parts.length];
                for (int axis = 0; axis < parts.length; axis++) {
                    axes[axis] = value.waves.waves(grid.along(axis, context, x.size(1)), parts[axis]);
                }
                return Tensor.cat(-1, axes).to(x.dtype()); // [T, E] or [B, T, E]
            });
            return x.add(all);
        }

        @Override
        public Cost cost(Load load) {
            grid.check(load.keys());
            double waves = 0;
            for (int part : parts) {
                waves += SinusoidalPosition.flops(load.length(), part);
            }
            return Cost.flops(load.rows() * width + waves + grid.flops(load.length()));
        }
    }
}
