package io.attend.attention;

import io.attend.layer.Bench;
import io.attend.layer.Context;
import io.attend.layer.Layer;
import io.attend.layer.Peak;
import io.attend.layer.Site;
import io.attend.mask.Causal;
import io.attend.score.ScaledDotProduct;
import io.attend.score.SoftCap;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;

/// A process of its own that measures what attention needs beyond what was there: for each length a line with
/// the bytes at the peak of a forward pass, and of a forward and a backward pass.
final class AttentionMemory {
    private static final int WIDTH = 128;

    private AttentionMemory() {}

    enum Way {
        FUSED,
        CHUNKED,
        OBSERVED
    }

    /// Arguments: the way, then lengths.
    public static void main(String... arguments) {
        Way way = Way.valueOf(arguments[0]);
        SoftmaxAttention value = SoftmaxAttention.of(Heads.of(1))
                .masked(new Causal())
                .score(way == Way.CHUNKED ? new SoftCap(new ScaledDotProduct(), 5) : new ScaledDotProduct());
        try (Bench<Layer> bench = Bench.of(parameters -> value.self(parameters, Site.width(WIDTH)), DType.FLOAT32)) {
            bench.parameters().forEach(parameter -> parameter.tensor().requiresGrad(true));
            pass(bench, way, 128, true); // code and buffers
            for (int i = 1; i < arguments.length; i++) {
                int length = Integer.parseInt(arguments[i]);
                System.out.println(
                        length + " " + peak(bench, way, length, false) + " " + peak(bench, way, length, true));
            }
        }
    }

    private static long peak(Bench<Layer> bench, Way way, int length, boolean backward) {
        return Peak.of(() -> pass(bench, way, length, backward));
    }

    private static void pass(Bench<Layer> bench, Way way, int length, boolean backward) {
        try (Lifetime _ = Lifetime.open()) {
            Tensor x = Tensor.ones(Shape.of(1, length, WIDTH), DType.FLOAT32).requiresGrad(backward);
            bench.parameters().forEach(parameter -> parameter.tensor().requiresGrad(backward));
            Context context = way == Way.OBSERVED ? Context.inference().observed((_, _, _) -> {}) : Context.inference();
            Tensor y = bench.built().forward(x, context);
            if (backward) {
                y.sum().backward();
                bench.parameters().forEach(parameter -> parameter.tensor().clearGrad());
            }
        }
    }
}
