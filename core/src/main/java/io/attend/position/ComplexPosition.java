package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// Complex-valued embeddings: pairs of numbers are read as complex ones, whose angle moves with the position at
/// a learned pace and from a learned start.
///
///     z(i) = x(2i) + j·x(2i+1)        y(2i) + j·y(2i+1) = z(i) e^(j(ω(i)·p + φ(i))),  i < E/2
///
/// x [B, T, E] → y [B, T, E]; E parameters, O(T·E). The paper gives every word frequencies and amplitudes of
/// its own and runs a complex network on them; here words give the amplitudes and first angles, all words share
/// the frequencies ω and phases φ of their dimension (the paper's reduced form), and the network behind is
/// real. They start as the 2017 Transformer's.
@Source(paper = "Encoding word order in complex embeddings", arxiv = "1912.12333")
public record ComplexPosition() implements AbsolutePosition {
    public static final ComplexPosition EXAMPLE = new ComplexPosition();

    @Override
    public Layer build(Parameters parameters, int width) {
        if (width % 2 != 0) {
            throw parameters.refuse(
                    "complex positions pair numbers and need an even width, not " + width + "; use " + (width + 1));
        }
        Shape half = Shape.of(width / 2);
        return new Built(
                width,
                parameters.weight("frequency", half, (_, _) -> frequencies(width)),
                parameters.weight("phase", half, Initializer.ZEROS));
    }

    private static Tensor frequencies(int width) {
        double[] all = new RotaryScaling.Band(10_000, width).frequencies();
        return Tensor.of(all, all.length).to(DType.FLOAT32);
    }

    private record Built(int width, Parameter frequency, Parameter phase) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            DType exact = x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            Tensor angles = context.positions(x.size(1))
                    .to(exact)
                    .unsqueeze(-1)
                    .mul(frequency.tensor().to(exact))
                    .add(phase.tensor().to(exact)); // [T, E/2] or [B, T, E/2]
            Tensor cos = angles.cos();
            Tensor sin = angles.sin();
            Tensor pairs = x.reshape(x.size(0), x.size(1), width / 2, 2);
            Tensor a = pairs.select(-1, 0); // [B, T, E/2]
            Tensor b = pairs.select(-1, 1);
            return Tensor.stack(-1, a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin)))
                    .flatten(-2, -1)
                    .to(x.dtype()); // [B, T, E]
        }

        @Override
        public Cost cost(Load load) {
            return Cost.flops(load.rows() * 3 * width + load.length() * 2.0 * width)
                    .saving(load.rows() * width + load.length() * (double) width);
        }
    }
}
