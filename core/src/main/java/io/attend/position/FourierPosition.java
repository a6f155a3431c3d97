package io.attend.position;

import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// Learned Fourier features: waves in learned directions through the coordinates of a place, mixed by a small
/// network. Near places are alike in every direction of an image, not along its axes only.
///
///     r = [cos(Ω c), sin(Ω c)] / √F        y = x + W₂ gelu(W₁ r + b₁) + b₂        c = coordinates of p
///
/// x [B, T, E] → y [B, T, E]. Ω has F/2·M parameters for M coordinates and starts normal with deviation 1/γ,
/// the two products F·hidden + hidden·E and their biases. O(T·(F + E)·hidden), once a pass. `grid` holds the
/// sizes of the axes, the last fastest; without one there is one coordinate, the position, and no end. Names:
/// `features` F is the paper's |F|, `hidden` its |H|, γ its gamma; its places are single points, its G is 1.
@Source(paper = "Learnable Fourier Features for Multi-Dimensional Spatial Positional Encoding", arxiv = "2106.02795")
public record FourierPosition(
        int features,
        @Default("1.0") double gamma,
        int hidden,
        @Default("[]") List<Integer> grid) implements AbsolutePosition {
    public static final FourierPosition EXAMPLE = new FourierPosition(6, 10, 7, List.of());
    public static final FourierPosition IMAGE = new FourierPosition(4, 1, 5, List.of(7, 11));

    public FourierPosition {
        if (features < 2 || features % 2 != 0) {
            throw new IllegalArgumentException("features must be even and at least 2, not " + features);
        }
        if (!(gamma > 0 && gamma < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("gamma must be above 0, not " + gamma);
        }
        if (hidden < 1) {
            throw new IllegalArgumentException("hidden must be at least 1, not " + hidden);
        }
        grid = Grid.check(grid);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        return new Built(this, parameters, width);
    }

    private static final class Built implements Layer {
        private final FourierPosition value;
        private final int width;
        private final Grid grid;
        private final Parameter frequencies;
        private final Linear inner;
        private final Linear outer;

        Built(FourierPosition value, Parameters parameters, int width) {
            this.value = value;
            this.width = width;
            this.grid = new Grid(parameters.path(), value.grid);
            this.frequencies = parameters.weight(
                    "frequencies",
                    Shape.of(value.features / 2, Math.max(1, value.grid.size())),
                    Initializer.normal(1 / value.gamma));
            this.inner = new Linear(
                    parameters.in("inner"), Linear.Size.from(value.features).to(value.hidden), Bias.ADDED);
            this.outer = new Linear(
                    parameters.in("outer"), Linear.Size.from(value.hidden).to(width), Bias.ADDED);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            DType exact = x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            Tensor angles = coordinates(context, x.size(1))
                    .to(exact)
                    .matmul(frequencies.tensor().to(exact).transpose(0, 1)); // [(B,) T, F/2]
            Tensor features = Tensor.cat(-1, angles.cos(), angles.sin())
                    .mul(1 / Math.sqrt(value.features))
                    .to(x.dtype()); // [(B,) T, F]
            return x.add(outer.forward(inner.forward(features).gelu())); // [B, T, E]
        }

        private Tensor coordinates(Context context, long length) {
            if (value.grid.isEmpty()) {
                return context.positions(length).unsqueeze(-1); // [(B,) T, 1]
            }
            List<Tensor> axes = new ArrayList<>();
            for (int axis = 0; axis < value.grid.size(); axis++) {
                axes.add(grid.along(axis, context, length));
            }
            return Tensor.stack(-1, axes.toArray(Tensor[]::new)); // [(B,) T, M]
        }

        @Override
        public Cost cost(Load load) {
            if (!value.grid.isEmpty()) {
                grid.check(load.keys());
            }
            double places = load.length();
            return Cost.flops(inner.flops(places) + outer.flops(places) + load.rows() * width)
                    .saving(places * (2.0 * value.features + 2.0 * value.hidden));
        }
    }
}
