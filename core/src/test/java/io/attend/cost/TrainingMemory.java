package io.attend.cost;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Inputs;
import io.attend.architecture.Presets;
import io.attend.architecture.Reversible;
import io.attend.architecture.Segment;
import io.attend.architecture.Stack;
import io.attend.architecture.Streams;
import io.attend.architecture.Topology.Sizes;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.optimizer.AdamW;
import io.attend.optimizer.Optimizer;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A process that trains a model for three steps and prints by how much its memory grew at most, in bytes, as
/// the operating system counts it: `TrainingMemory gpt 256`.
public final class TrainingMemory {
    static final int BATCH = 4;

    private TrainingMemory() {}

    /// Small, but large beside a JVM's own changes.
    static Architecture architecture(String name) {
        Presets.Size size = Presets.Size.width(256).heads(4);
        return switch (name) {
            case "gpt" -> Presets.gpt(8192, 4, size, 1024);
            case "reversible" -> reversible(Presets.gpt(8192, 4, size, 1024));
            default -> Presets.bert(8192, 4, size, 1024);
        };
    }

    private static Architecture reversible(Architecture plain) {
        Decoder decoder = (Decoder) plain.topology();
        Segment segment = decoder.stack().segments().getFirst();
        Block block = segment.blocks().getFirst();
        Block turning = new Block(block.sublayers(), block.norm(), new Reversible(Streams.AVERAGED, 0.1));
        Stack stack =
                Stack.of(segment.times(), turning).finalNorm(decoder.stack().finalNorm());
        return new Architecture(plain.width(), new Decoder(decoder.embedding(), stack), plain.head());
    }

    static Costs predicted(String name, int length) {
        return Costs.of(architecture(name), Sizes.batch(BATCH).length(length), DType.FLOAT32, AdamW.EXAMPLE::numbers);
    }

    public static void main(String[] arguments) throws IOException {
        Threads.use(1);
        int length = Integer.parseInt(arguments[1]);
        train(architecture(arguments[0]), 16); // libraries and classes
        try (Lifetime _ = Lifetime.open()) { // the product's own buffers, which are as large for any model
            Tensor square = Tensor.ones(Shape.of(2048, 2048), DType.FLOAT32);
            square.matmul(square);
        }
        long before = memory("VmRSS");
        Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // the highest so far is now
        train(architecture(arguments[0]), length);
        System.out.println(memory("VmHWM") - before);
    }

    private static void train(Architecture architecture, int length) {
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1);
                Transformer model = Transformer.initialize(architecture, 1)) {
            model.weights().forEach(weight -> weight.tensor().requiresGrad(true));
            try (Optimizer.Built optimizer = AdamW.EXAMPLE.build(model.weights())) {
                Tensor ids = Tensor.zeros(Shape.of(BATCH, length), DType.INT64);
                for (int step = 0; step < 3; step++) {
                    try (Lifetime _ = Lifetime.open()) {
                        model.loss(Inputs.of(Tokens.of(ids)), ids, 0, Context.training(random))
                                .backward();
                        optimizer.step(1e-4);
                        model.weights().forEach(weight -> weight.tensor().clearGrad());
                    }
                }
            }
        }
    }

    private static long memory(String what) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
        return lines.stream()
                .filter(line -> line.startsWith(what))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
