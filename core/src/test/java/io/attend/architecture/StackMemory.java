package io.attend.architecture;

import io.attend.activation.Gelu;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Layer;
import io.attend.layer.Peak;
import io.attend.layer.Site;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.List;

/// A process of its own that measures what stacks need beyond what was there: for each depth a line with the
/// bytes at the peak of a forward and a backward pass.
final class StackMemory {
    private static final int WIDTH = 64;
    private static final int LENGTH = 509;

    private StackMemory() {}

    enum Way {
        PLAIN(new PreNorm(0.1)),
        REVERSIBLE(new Reversible(Streams.AVERAGED, 0.1));

        private final Residual residual;

        Way(Residual residual) {
            this.residual = residual;
        }
    }

    /// Arguments: the way, then depths.
    public static void main(String... arguments) {
        Way way = Way.valueOf(arguments[0]);
        pass(way, 1); // code and buffers
        for (int i = 1; i < arguments.length; i++) {
            System.out.println(arguments[i] + " " + pass(way, Integer.parseInt(arguments[i])));
        }
    }

    private static long pass(Way way, int depth) {
        Block block = new Block(
                List.of(
                        new SelfAttention(SoftmaxAttention.of(Heads.of(2)).masked(new Causal())),
                        new Feed(new DenseFeedForward(4 * WIDTH, new Gelu(), Bias.ADDED, 0))),
                LayerNorm.EXAMPLE,
                way.residual);
        try (Bench<Layer> bench =
                Bench.of(parameters -> Stack.of(depth, block).build(parameters, Site.width(WIDTH)), DType.FLOAT32)) {
            bench.weights().forEach(weight -> weight.requiresGrad(true));
            return Peak.of(() -> {
                try (Lifetime _ = Lifetime.open();
                        Random random = Random.seeded(1)) {
                    Tensor x = random.normal(Shape.of(3, LENGTH, WIDTH), 0, 1).requiresGrad(true);
                    bench.built()
                            .forward(x, Context.training(random))
                            .square()
                            .sum()
                            .backward();
                    bench.weights().forEach(Tensor::clearGrad);
                }
            });
        }
    }
}
