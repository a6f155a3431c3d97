package io.attend.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/// A seeded source of random numbers whose state can be saved and restored to the bit.
///
/// All randomness of a model passes through one of these, never through the engine's global generator, so that
/// two runs of the same seed are equal whatever else the process does. Not for use by two threads at once.
public final class Random implements AutoCloseable {
    private static final int AT_ONCE = 4096;
    private static final int[] COUNT = IntStream.range(0, AT_ONCE).toArray();

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
        double factor = 1 / (1 - rate);
        boolean exact = x.dtype() == DType.FLOAT64; // the mask is float32, which a factor like 4/3 does not fit
        Tensor mask = kept(x.shape(), rate, exact ? 1 : factor).to(x.dtype()).to(x.device());
        return exact ? x.mul(mask).mul(factor) : x.mul(mask);
    }

    /// A mask of `1 / (1 - rate)` and zeros: a hash of each element's number under a key drawn from this source.
    /// The engine's own draws one number after another, which took a tenth of a training step
    /// (docs/benchmarks.md); a hash is computed for many elements at once.
    private Tensor kept(Shape shape, double rate, double factor) {
        Tensor drawn = Tensor.empty(Shape.of(2), DType.INT64).filled("random", t -> t.random_(optional));
        long[] keys = drawn.toLongs();
        Tensor mask = Tensor.empty(shape, DType.FLOAT32);
        int[] some = new int[AT_ONCE];
        int threshold = (int) Math.round(rate * (1 << 24));
        int scale = Float.floatToRawIntBits((float) factor);
        for (long from = 0; from < mask.count(); from += AT_ONCE) {
            hash(some, (int) (keys[0] + from), (int) (keys[1] + (from >>> 32)), threshold, scale);
            int length = (int) Math.min(AT_ONCE, mask.count() - from);
            MemorySegment.copy(some, 0, mask.memory(), ValueLayout.JAVA_INT, from * Integer.BYTES, length);
        }
        return mask;
    }

    /// `scale` where the upper 24 bits of a hash are at least the threshold, else 0: two rounds of a 32-bit
    /// finaliser, a key before each. Counting by an array and choosing by a sign make this a loop that the
    /// compiler turns into vector instructions, nine times as fast.
    private static void hash(int[] mask, int first, int second, int threshold, int scale) {
        for (int i = 0; i < AT_ONCE; i++) {
            int hash = mixed(mixed(first + COUNT[i]) ^ second) >>> 8;
            mask[i] = ((threshold - 1 - hash) >> 31) & scale;
        }
    }

    /// Wellons' "lowbias32": every bit of the argument changes every bit of the result with nearly even chance.
    private static int mixed(int x) {
        x = (x ^ (x >>> 16)) * 0x7feb352d;
        x = (x ^ (x >>> 15)) * 0x846ca68b;
        return x ^ (x >>> 16);
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
