package io.attend.tensor;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/// A seeded source of random numbers whose state can be saved and restored to the bit.
///
/// All randomness of a model passes through one of these, never through the engine's global generator, so that
/// two runs of the same seed are equal whatever else the process does. Not for use by two threads at once.
public final class Random implements AutoCloseable {
    private final Generator generator;
    private final GeneratorOptional optional;

    private Random(long seed) {
        Engine.start();
        generator = Engine.keep(torch.make_generator_cpu(seed));
        optional = Engine.keep(new GeneratorOptional(generator));
    }

    public static Random seeded(long seed) {
        return new Random(seed);
    }

    /// Normal numbers of the given mean and standard deviation.
    public Tensor normal(Shape shape, double mean, double deviation) {
        return Tensor.empty(shape, DType.FLOAT32).filled("normal", t -> t.normal_(mean, deviation, optional));
    }

    /// Numbers spread evenly over `[from, to)`.
    public Tensor uniform(Shape shape, double from, double to) {
        return Tensor.empty(shape, DType.FLOAT32).filled("uniform", t -> t.uniform_(from, to, optional));
    }

    /// Dropout (Srivastava et al. 2014): each element is zero with chance `rate` and otherwise divided by `1 -
    /// rate`, so that its expectation stays.
    public Tensor dropout(Tensor x, double rate) {
        if (rate == 0) {
            return x;
        }
        if (!(rate > 0 && rate < 1)) {
            throw new IllegalArgumentException("dropout " + rate + " is outside [0, 1)");
        }
        Tensor kept = Tensor.empty(x.shape(), x.dtype()).filled("bernoulli", t -> t.bernoulli_(1 - rate, optional));
        return x.mul(kept.mul_(1 / (1 - rate)));
    }

    /// The whole state as a tensor of bytes, [5056] on the processor.
    public Tensor state() {
        return Tensor.made("state", generator::get_state);
    }

    /// Goes back to a state that [#state] gave.
    public void restore(Tensor state) {
        Tensor.run("restore random state", () -> generator.set_state(state.pointer()), state);
    }

    @Override
    public void close() {
        optional.close();
        generator.close();
    }
}
