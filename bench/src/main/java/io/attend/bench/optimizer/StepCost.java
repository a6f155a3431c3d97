package io.attend.bench.optimizer;

import io.attend.architecture.Presets;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.optimizer.Adafactor;
import io.attend.optimizer.Adagrad;
import io.attend.optimizer.Adam;
import io.attend.optimizer.AdamW;
import io.attend.optimizer.Lion;
import io.attend.optimizer.MovingAverage;
import io.attend.optimizer.Muon;
import io.attend.optimizer.Optimizer;
import io.attend.optimizer.Sgd;
import io.attend.tensor.Gradients;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.tensor.Threads;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Milliseconds of one step (of many, so that the least can be read on a busy machine) on the weights of a GPT
/// of 6 layers, width 384, 65 words and 256 positions (10.8 million numbers, 100 tensors), beside libtorch's
/// own AdamW on the same shapes.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-Dorg.bytedeco.javacpp.nopointergc=true"})
public class StepCost {
    private static final double RATE = 1e-5;

    @Param({"1", "2"})
    public int threads;

    private Transformer model;
    private List<Tensor> weights;
    private Optimizer.Built optimizer;
    private MovingAverage average;
    private org.bytedeco.pytorch.AdamW libtorch;

    /// An optimizer by name, so that JMH prints it.
    @Param({"sgd", "adagrad", "adam", "adamw", "adafactor", "lion", "muon"})
    public String name;

    @Setup
    public void make() {
        Threads.use(threads);
        try (Lifetime _ = Lifetime.open()) {
            model = Transformer.initialize(Presets.gpt(65, 6, Presets.Size.width(384), 256), 1);
            weights = model.weights().stream().map(Parameter::tensor).toList();
            for (Tensor weight : weights) {
                weight.requiresGrad(true).square().sum().backward();
            }
        }
        optimizer = optimizer().build(model.weights());
        average = new MovingAverage(model.weights(), 0.999);
        TensorVector copies = new TensorVector();
        for (Parameter weight : model.weights()) {
            org.bytedeco.pytorch.Tensor copy = torch.randn(weight.shape().toArray());
            copy.set_requires_grad(true);
            copy.square().sum().backward();
            copies.push_back(copy);
        }
        libtorch = new org.bytedeco.pytorch.AdamW(copies, new AdamWOptions(RATE));
    }

    private Optimizer optimizer() {
        return switch (name) {
            case "sgd" -> Sgd.EXAMPLE;
            case "adagrad" -> Adagrad.EXAMPLE;
            case "adam" -> Adam.EXAMPLE;
            case "adamw" -> AdamW.EXAMPLE;
            case "adafactor" -> Adafactor.EXAMPLE;
            case "lion" -> Lion.EXAMPLE;
            default -> Muon.EXAMPLE;
        };
    }

    @TearDown
    public void free() {
        optimizer.close();
        average.close();
        model.close();
    }

    @Benchmark
    public void step() {
        optimizer.step(RATE);
    }

    @Benchmark
    public void libtorchAdamW() {
        try (PointerScope _ = new PointerScope()) {
            libtorch.step();
        }
    }

    @Benchmark
    public void movingAverage() {
        average.update();
    }

    @Benchmark
    public double clip() {
        return Gradients.clip(weights, 1e9);
    }

    @Benchmark
    public double libtorchClip() {
        try (PointerScope _ = new PointerScope()) {
            TensorVector vector = new TensorVector();
            for (int i = 0; i < weights.size(); i++) {
                vector.push_back(libtorch.param_groups().get(0).params().get(i));
            }
            return torch.clip_grad_norm_(vector, 1e9);
        }
    }
}
