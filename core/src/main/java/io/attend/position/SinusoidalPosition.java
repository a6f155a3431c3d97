package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// The waves of the 2017 Transformer, added to the embeddings: nothing is learned and no length is too long.
///
///     PE(p, 2i) = sin(p / 10000^(2i/E))        PE(p, 2i+1) = cos(p / 10000^(2i/E))        y = x + PE
///
/// x [B, T, E] → y [B, T, E]. `interleaved` puts sine and cosine at even and odd places as the paper writes it;
/// `halves` puts all sines before all cosines, as the paper's own code and many models do. PE(p + k) is a linear
/// function of PE(p), which lets attention work with distances.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record SinusoidalPosition(@Default("\"interleaved\"") Order order) implements AbsolutePosition {
    public static final SinusoidalPosition EXAMPLE = new SinusoidalPosition(Order.INTERLEAVED);
    public static final SinusoidalPosition HALVES = new SinusoidalPosition(Order.HALVES);

    /// Where sines and cosines stand in the vector.
    public enum Order {
        INTERLEAVED,
        HALVES
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        if (width % 2 != 0) {
            throw parameters.refuse("sinusoidal positions need an even width, not " + width + "; use " + (width + 1));
        }
        return new Built(order, parameters, width);
    }

    private static final class Built implements Layer {
        private final Order order;
        private final int width;
        private final Parameter frequencies;

        Built(Order order, Parameters parameters, int width) {
            this.order = order;
            this.width = width;
            float[] values = new float[width / 2];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.pow(10_000, -2.0 * i / width);
            }
            this.frequencies = parameters.fixed("frequencies", values);
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            return x.add(context.once(this, () -> waves(context.positions(x.size(1))))
                    .to(x.dtype())); // [B, T, E]
        }

        private Tensor waves(Tensor positions) {
            Tensor numbers = frequencies.tensor();
            Tensor angles = positions.to(numbers.dtype()).unsqueeze(-1).mul(numbers); // [T, E/2] or [B, T, E/2]
            return order == Order.HALVES
                    ? Tensor.cat(-1, angles.sin(), angles.cos())
                    : Tensor.stack(-1, angles.sin(), angles.cos()).flatten(-2, -1); // [T, E] or [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(load.rows() * width);
        }
    }
}
