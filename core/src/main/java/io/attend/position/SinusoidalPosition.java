package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// The waves of the 2017 Transformer, added to the embeddings: nothing is learned and no length is too long.
///
///     PE(p, 2i) = sin(p ω(i))        PE(p, 2i+1) = cos(p ω(i))        ω(i) = base^(−2i/E),  i < E/2        y
///     = x + PE
///
/// x [B, T, E] → y [B, T, E]. PE(p + k) is a linear function of PE(p), which lets attention work with
/// distances. `order`: `interleaved` puts sine and cosine at even and odd places as the paper writes it;
/// `halves` puts all sines before all cosines, as the paper's own code and many models do. `spacing`: with
/// `open` frequencies fall from 1 towards 1/base, as the paper writes it, with `closed` they reach it, ω(i) =
/// base^(−i/(E/2−1)), as the paper's own code, fairseq and Whisper have it. `offset` is the position of the
/// first token. In Hugging Face, BERT-like models and DistilBERT are interleaved and open, Marian and Pegasus
/// halves and open; M2M-100 (offset 2) and Whisper's encoder are halves and closed. Computed in float64 where
/// models keep a table made so (open), in float32 where theirs is made so (closed). A token given a position
/// below 0 stands nowhere: PE = 0, as M2M-100 has it for padding. O(T·E), once a pass.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record SinusoidalPosition(
        @Default("\"interleaved\"") Order order,
        @Default("10000.0") double base,
        @Default("\"open\"") Spacing spacing,
        @Default("0") int offset)
        implements AbsolutePosition {
    public static final SinusoidalPosition EXAMPLE = new SinusoidalPosition(Order.INTERLEAVED);
    public static final SinusoidalPosition HALVES = new SinusoidalPosition(Order.HALVES);
    public static final SinusoidalPosition CLOSED =
            HALVES.spacing(Spacing.CLOSED).offset(2);
    public static final SinusoidalPosition BASE = EXAMPLE.base(997);

    /// Where sines and cosines stand in the vector.
    public enum Order {
        INTERLEAVED,
        HALVES
    }

    /// Whether the slowest wave is reached.
    public enum Spacing {
        OPEN,
        CLOSED
    }

    public SinusoidalPosition {
        if (!(base > 0 && base < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("base must be above 0, not " + base);
        }
        if (offset < 0) {
            throw new IllegalArgumentException("offset must be at least 0, not " + offset);
        }
    }

    /// The paper's frequencies.
    public SinusoidalPosition(Order order) {
        this(order, 10_000, Spacing.OPEN, 0);
    }

    public SinusoidalPosition base(double number) {
        return new SinusoidalPosition(order, number, spacing, offset);
    }

    public SinusoidalPosition spacing(Spacing how) {
        return new SinusoidalPosition(order, base, how, offset);
    }

    public SinusoidalPosition offset(int position) {
        return new SinusoidalPosition(order, base, spacing, position);
    }

    @Override
    public Layer build(Parameters parameters, int width) {
        check(parameters, width);
        return new Built(this, width);
    }

    /// Refuses widths that have no waves.
    void check(Parameters parameters, int width) {
        if (width % 2 != 0) {
            throw parameters.refuse("sinusoidal positions need an even width, not " + width + "; use " + (width + 1));
        }
        if (width < 4 && spacing == Spacing.CLOSED) {
            throw parameters.refuse("closed sinusoidal positions need a width of at least 4, not " + width);
        }
    }

    /// Waves of the given width at whole positions, int64 [...] → [..., width].
    public Tensor waves(Tensor positions, int width) {
        double[] frequencies = new double[width / 2];
        int last = frequencies.length - 1;
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(base, spacing == Spacing.OPEN ? -2.0 * i / width : -(double) i / last);
        }
        DType exact = spacing == Spacing.OPEN ? DType.FLOAT64 : DType.FLOAT32;
        Tensor angles = positions
                .add(offset)
                .to(exact)
                .unsqueeze(-1)
                .mul(Tensor.of(frequencies, frequencies.length).to(exact).to(positions.device())); // [..., width/2]
        return order == Order.HALVES
                ? Tensor.cat(-1, angles.sin(), angles.cos())
                : Tensor.stack(-1, angles.sin(), angles.cos()).flatten(-2, -1); // [..., width]
    }

    /// The waves of a pass, [T, width] or [B, T, width], made once.
    Tensor waves(Context context, long length, int width, DType dtype) {
        return context.once(new Made(this, width, length, dtype), () -> {
            Tensor positions = context.positions(length);
            Tensor waves = waves(positions, width);
            return (context.isPositioned()
                            ? waves.mul(positions.ge(0).unsqueeze(-1).to(waves.dtype()))
                            : waves)
                    .to(dtype);
        });
    }

    /// Operations of the waves of so many positions: an angle, its sine and its cosine for every two numbers.
    static double flops(long length, int width) {
        return length * (1.5 * width + 1);
    }

    private record Made(SinusoidalPosition value, int width, long length, DType dtype) {}

    private record Built(SinusoidalPosition value, int width) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return x.add(value.waves(context, x.size(1), width, x.dtype())); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(load.rows() * width + flops(load.length(), width));
        }
    }
}
