package io.attend.measure;

import io.attend.architecture.Sublayer;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.List;

/// The bench that ways to mix positions are put on one after the other: one text of random vectors
/// [1, T, width], in float32.
///
/// @param width E
/// @param heads of what has any
public record Bench(int width, int heads) {
    public static final Bench USUAL = new Bench(128, 4);

    public Bench {
        if (heads < 1 || width < heads || width % heads != 0) {
            throw new IllegalArgumentException(heads + " heads cannot divide width " + width + " evenly");
        }
    }

    /// A layer with its weights, and a text for it.
    final class Pass implements AutoCloseable {
        private final Parameters parameters = Parameters.root();
        private final Layer layer;
        private final Tensor x;

        Pass(Sublayer mixer, long length) {
            layer = mixer.typical(width, heads, length).build(parameters, Site.width(width));
            try (Lifetime _ = Lifetime.open();
                    Random random = Random.seeded(1)) {
                parameters.all().forEach(p -> p.fill(p.initializer().make(p.shape(), random)));
                x = random.normal(Shape.of(1, length, width), 0, 1).retain();
            }
        }

        void forward() {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                layer.forward(x, Context.inference());
            }
        }

        /// Forward and backward, to the weights and to the text.
        void training() {
            try (Lifetime _ = Lifetime.open()) {
                List<Tensor> weights = parameters.all().stream()
                        .filter(p -> p.kind() == Parameter.Kind.WEIGHT)
                        .map(Parameter::tensor)
                        .toList();
                weights.forEach(weight -> weight.requiresGrad(true));
                Tensor text = x.detach().requiresGrad(true);
                layer.forward(text, Context.inference()).sum().backward();
                weights.forEach(Tensor::clearGrad);
                weights.forEach(weight -> weight.requiresGrad(false));
            }
        }

        @Override
        public void close() {
            parameters.close();
            x.close();
        }
    }

    Pass pass(Sublayer mixer, long length) {
        return new Pass(mixer, length);
    }

    /// The power of T that operations grow with between two lengths by the layer's own count, which has what
    /// the paper's claim leaves out: projections, which are linear, and what is not yet small beside the rest.
    public double countedExponent(Sublayer mixer, long from, long to) {
        return Math.log(cost(mixer, to).flops() / cost(mixer, from).flops()) / Math.log((double) to / from);
    }

    private Cost cost(Sublayer mixer, long length) {
        return mixer.typical(width, heads, length)
                .build(Parameters.root(), Site.width(width))
                .cost(Load.batch(1).length(length));
    }

    /// Bytes that a pass forward and backward takes at its peak by the layer's own count: weights and their
    /// gradients, what is kept, what exists for a moment, the text, the result, and the gradients of both.
    ///
    /// @throws IllegalArgumentException if it does not take so long a text
    public double predictedBytes(Sublayer mixer, long length) {
        Parameters recorded = Parameters.root();
        Cost cost = mixer.typical(width, heads, length)
                .build(recorded, Site.width(width))
                .cost(Load.batch(1).length(length));
        double weights =
                recorded.all().stream().mapToDouble(p -> p.shape().count()).sum();
        return DType.FLOAT32.bytes() * (2 * weights + cost.saved() + cost.working() + 4.0 * length * width);
    }
}
