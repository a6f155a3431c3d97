package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// KERPLE: a learned penalty of the distance whose exponential is a kernel, so that a model reads further than
/// it was trained.
///
///     logarithmic: bias(h, t, s) = −a(h) ln(1 + b(h) |t − s|)        power: bias(h, t, s) = −a(h) |t − s|^b(h)
///
/// Adds [1, H, T, S]; 2·H parameters a layer. a is kept above 0, and b too (for `power` up to 2), by clamping
/// as the paper's code does, at 0.01. O(H·T·S). Names: a and b are the paper's r₁ and r₂.
@Source(paper = "KERPLE: Kernelized Relative Positional Embedding for Length Extrapolation", arxiv = "2205.09921")
public record Kerple(@Default("\"logarithmic\"") Kernel kernel) implements RelativePosition {
    public static final Kerple EXAMPLE = new Kerple(Kernel.LOGARITHMIC);
    public static final Kerple POWER = new Kerple(Kernel.POWER);

    private static final double LEAST = 0.01;

    /// How the penalty grows.
    public enum Kernel {
        LOGARITHMIC,
        POWER
    }

    @Override
    public RelativePosition.Built build(Parameters parameters, HeadShape heads) {
        return new Built(this, parameters, heads.heads());
    }

    private static final class Built implements RelativePosition.Built {
        private final Kerple value;
        private final int heads;
        private final Parameter scale;
        private final Parameter rate;

        Built(Kerple value, Parameters parameters, int heads) {
            this.value = value;
            this.heads = heads;
            Initializer start = (shape, random) -> random.uniform(shape, LEAST, value.kernel == Kernel.POWER ? 2 : 1);
            this.scale = parameters.weight("scale", Shape.of(heads), start);
            this.rate = parameters.weight("rate", Shape.of(heads), start);
        }

        @Override
        public Added added() {
            return Added.DISTANCE;
        }

        @Override
        public Optional<Tensor> bias(Tensor queries, Tensor keys, Context context) {
            Distances distances = Distances.all(context, queries.size(2), keys.size(2));
            DType exact = queries.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            Tensor apart = distances.values().abs().to(exact).to(queries.device()); // [R]
            Tensor a = scale.tensor().to(exact).clampMin(LEAST).unsqueeze(1); // [H, 1]
            Tensor b = rate.tensor().to(exact).clampMin(LEAST).unsqueeze(1);
            Tensor grown = value.kernel == Kernel.LOGARITHMIC
                    ? b.mul(apart).add(1).log()
                    : b.neg()
                            .clampMin(-2)
                            .neg()
                            .mul(apart.clampMin(1).log())
                            .exp()
                            .mul(apart.ne(0)); // 0^b = 0
            return Optional.of(distances.spread(a.mul(grown).neg().to(queries.dtype()))); // [1, H, T, S]
        }

        @Override
        public Cost cost(Load load) {
            double distances = load.keys() + load.length() - 1.0;
            return Cost.flops(5 * distances * heads + load.rows() * heads * load.keys());
        }
    }
}
