package io.attend.state;

import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.stream.Stream;

/// Keys and values in 8 or 4 bits a number. Each vector is cut into blocks, and each block says where its
/// numbers begin and how far apart they are:
///
///     q = round((x − least) / step)        step = (most − least) / (2^bits − 1)        x ≈ least + step · q
///
/// `least` and `step` are bfloat16. A number takes bits/8 + 4/block bytes: at blocks of 32, 1.125 and 0.625
/// instead of 4. Every step computes all numbers again, O(S · K · D) a layer and for a moment in full size, so
/// this saves memory and not time. Keys and values are quantised token by token as they come; the paper's keys
/// are channel by channel, which matters below 4 bits.
///
/// @param bits 8 or 4
/// @param block numbers that share a step
@Source(paper = "KIVI: A Tuning-Free Asymmetric 2bit Quantization for KV Cache", arxiv = "2402.02750")
public record QuantisedCache(int bits, @Default("32") int block) implements Cache {
    public static final QuantisedCache EXAMPLE = new QuantisedCache(8, 32);
    public static final QuantisedCache FOUR = new QuantisedCache(4, 2);

    public QuantisedCache {
        if (bits != 8 && bits != 4) {
            throw new IllegalArgumentException("a cache keeps 8 or 4 bits a number, not " + bits);
        }
        if (block < 2 || block % 2 != 0) {
            throw new IllegalArgumentException("a block must hold an even count of numbers, not " + block);
        }
    }

    @Override
    public Room room() {
        return new QuantisedRoom(
                bits,
                block,
                Stream.<Room>generate(() -> new TensorRoom(Tensor::empty, GrowingCache::doubled))
                        .limit(3)
                        .toList());
    }
}
