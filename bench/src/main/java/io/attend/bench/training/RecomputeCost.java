package io.attend.bench.training;

import io.attend.architecture.Architecture;
import io.attend.architecture.Inputs;
import io.attend.architecture.Presets;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.tensor.Autocast;
import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/// Memory and time of a step, forward and backward, that keeps what happens inside blocks, and of one that
/// computes blocks again; each in float32 and with products in bfloat16:
/// `bench/run io.attend.bench.training.RecomputeCost WAY [LAYERS [LENGTH]]`, WAY from 0 to 3, a process each,
/// since what the C library once has it does not give back. A GPT of width 256, 4 heads, batch 8, one thread.
///
/// Memory is what the peak of all steps adds to the model's; time is that of the best step.
public final class RecomputeCost {
    private static final int VOCABULARY = 257;
    private static final int BATCH = 8;
    private static final int ROUNDS = 3;

    private RecomputeCost() {}

    private record Way(String name, UnaryOperator<Context> context, Optional<DType> products) {}

    private static final List<Way> WAYS = List.of(
            new Way("kept", UnaryOperator.identity(), Optional.empty()),
            new Way("computed again", Context::recomputing, Optional.empty()),
            new Way("kept, bfloat16", UnaryOperator.identity(), Optional.of(DType.BFLOAT16)),
            new Way("computed again, bfloat16", Context::recomputing, Optional.of(DType.BFLOAT16)));

    public static void main(String[] arguments) throws IOException {
        Way way = WAYS.get(Integer.parseInt(arguments[0]));
        int layers = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 12;
        int length = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 256;
        Architecture gpt =
                Presets.gpt(VOCABULARY, layers, Presets.Size.width(256).heads(4).hidden(1024), length, 0.1);
        Threads.use(1);
        double seconds = Double.POSITIVE_INFINITY;
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(gpt, 1);
                Random random = Random.seeded(1)) {
            model.weights().stream().map(Parameter::tensor).forEach(weight -> weight.requiresGrad(true));
            Tensor text = Tensor.of(
                    new SplittableRandom(3)
                            .longs((long) BATCH * length, 0, VOCABULARY)
                            .toArray(),
                    BATCH,
                    length);
            Resident.forgetPeak();
            long before = Resident.now();
            for (int round = 0; round < ROUNDS; round++) {
                long began = System.nanoTime();
                step(model, text, random, way);
                seconds = Math.min(seconds, (System.nanoTime() - began) / 1e9);
            }
            System.out.printf(
                    "%-26s %d layers, %d tokens each: %6.2f s, %,6d MB%n",
                    way.name(), layers, length, seconds, Resident.peak() - before);
        }
    }

    private static void step(Transformer model, Tensor text, Random random, Way way) {
        try (Lifetime _ = Lifetime.open()) {
            Context context = way.context().apply(Context.training(random));
            Tensor loss;
            try (Autocast _ = Autocast.open(Device.Kind.CPU, way.products())) {
                loss = model.loss(Inputs.of(Tokens.of(text)), text, 0, context);
            }
            loss.backward();
        }
    }
}
