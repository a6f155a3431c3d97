package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// Learned positions factorised over the axes of a grid: many places from few vectors.
///
///     concatenated: y(p) = x(p) + [table₁(p₁), table₂(p₂), ...]
///     added:        y(p) = x(p) + table₁(p₁) + table₂(p₂) + ...
///     p = (p₁·S₂ + p₂)·S₃ + ...
///
/// x [B, T, E] → y [B, T, E]. Concatenated, the axes share the vector in `parts`, equal if left out: Σ S·part
/// parameters; added, each has all of it: E·Σ S. Reformer's `axial_pos_shape` is our `grid`, its
/// `axial_pos_embds_dim` our `parts`.
@Source(paper = "Reformer: The Efficient Transformer", arxiv = "2001.04451")
public record AxialLearnedPosition(
        List<Integer> grid,
        @Default("\"concatenated\"") Join join,
        @Default("[]") List<Integer> parts) implements AbsolutePosition {
    public static final AxialLearnedPosition EXAMPLE =
            new AxialLearnedPosition(List.of(7, 11), Join.CONCATENATED, List.of(3, 7));
    public static final AxialLearnedPosition ADDED = new AxialLearnedPosition(List.of(3, 5, 7), Join.ADDED, List.of());

    /// How the axes make one vector.
    public enum Join {
        CONCATENATED,
        ADDED
    }

    public AxialLearnedPosition {
        grid = Grid.check(grid);
        parts = Grid.checkParts(parts, grid);
        if (grid.isEmpty()) {
            throw new IllegalArgumentException("a grid needs at least 1 axis, not 0");
        }
        if (join == Join.ADDED && !parts.isEmpty()) {
            throw new IllegalArgumentException("added axes have the whole vector each; leave out the parts " + parts);
        }
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final AxialLearnedPosition value;
        private final int width;
        private final Grid grid;
        private final List<Parameter> tables = new ArrayList<>();

        Built(AxialLearnedPosition value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.grid = new Grid(parameters.path(), value.grid);
            int[] parts = value.join == Join.ADDED
                    ? value.grid.stream().mapToInt(_ -> width).toArray()
                    : Grid.parts(value.parts, value.grid, width, parameters);
            for (int axis = 0; axis < parts.length; axis++) {
                tables.add(parameters
                        .in(Integer.toString(axis))
                        .weight("weight", Shape.of(value.grid.get(axis), parts[axis]), Initializer.normal(0.02)));
            }
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor[] axes = new Tensor[tables.size()];
            for (int axis = 0; axis < axes.length; axis++) {
                axes[axis] =
                        tables.get(axis).tensor().embedding(grid.along(axis, context, x.size(1))); // [(B,) T, part]
            }
            if (value.join == Join.CONCATENATED) {
                return x.add(Tensor.cat(-1, axes)); // [B, T, E]
            }
            Tensor y = x;
            for (Tensor axis : axes) {
                y = y.add(axis); // [B, T, E]
            }
            return y;
        }

        @Override
        public Cost cost(Load load) {
            grid.check(load.keys());
            return Cost.flops(
                    load.rows() * width * (value.join == Join.ADDED ? tables.size() : 1) + grid.flops(load.length()));
        }
    }
}
