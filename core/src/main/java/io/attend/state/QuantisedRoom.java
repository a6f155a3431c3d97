package io.attend.state;

import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.Tensor.Axis;
import java.util.List;
import java.util.stream.IntStream;

/// Room of few bits a number: the codes, and of each block its least number and its step.
final class QuantisedRoom implements Room {
    private static final double SMALLEST = 1e-30; // a block of equal numbers has no step

    private final int bits;
    private final int block;
    private final List<Room> parts; // codes, least, step
    private long size;
    private DType dtype = DType.FLOAT32;

    /// @param parts three empty rooms
    QuantisedRoom(int bits, int block, List<Room> parts) {
        this.bits = bits;
        this.block = block;
        this.parts = parts;
    }

    @Override
    public long length() {
        return parts.getFirst().length();
    }

    @Override
    public long bytes() {
        return parts.stream().mapToLong(Room::bytes).sum();
    }

    /// Numbers in a block: all of a vector that is shorter than one.
    private long grain() {
        return Math.min(block, size + size % 2);
    }

    @Override
    public void append(Tensor vectors) {
        if (length() == 0) {
            size = vectors.size(3);
            dtype = vectors.dtype();
        } else if (vectors.size(3) != size) {
            throw new IllegalArgumentException("the state remembers keys of " + size + " numbers, and " + vectors.shape()
                    + " cannot follow them: only the third size may differ");
        }
        try (Lifetime _ = Lifetime.open()) {
            Tensor x = blocks(vectors.to(DType.FLOAT32)); // [B, K, T, N, block]
            Tensor least = x.neg().amax(4, Axis.KEPT).neg().to(DType.BFLOAT16);
            Tensor far = x.amax(4, Axis.KEPT).sub(least.to(DType.FLOAT32));
            Tensor step = far.div((1 << bits) - 1).clampMin(SMALLEST).to(DType.BFLOAT16);
            Tensor codes = x.sub(least.to(DType.FLOAT32))
                    .div(step.to(DType.FLOAT32))
                    .add(0.5)
                    .clamp(0, (1 << bits) - 0.5)
                    .to(DType.UINT8)
                    .flatten(3, 4); // [B, K, T, N block]
            parts.get(0).append(bits == 4 ? packed(codes) : codes);
            parts.get(1).append(least.squeeze(4));
            parts.get(2).append(step.squeeze(4));
        }
    }

    private Tensor blocks(Tensor x) {
        long missing = Math.ceilDiv(size, grain()) * grain() - size;
        Tensor whole = missing == 0
                ? x
                : Tensor.cat(3, x, x.narrow(3, size - 1, 1).expand(x.size(0), x.size(1), x.size(2), missing));
        return whole.reshape(x.size(0), x.size(1), x.size(2), -1, grain());
    }

    /// Two codes a byte.
    private static Tensor packed(Tensor codes) {
        Tensor pairs = codes.reshape(codes.size(0), codes.size(1), codes.size(2), -1, 2);
        return pairs.select(4, 0).add(pairs.select(4, 1).mul(16)).to(DType.UINT8);
    }

    @Override
    public Tensor all() {
        try (Lifetime passing = Lifetime.open()) {
            Tensor codes = parts.getFirst().all();
            Tensor numbers = codes.to(DType.FLOAT32);
            if (bits == 4) {
                Tensor second = codes.floorDivide(16).to(DType.FLOAT32);
                numbers = Tensor.stack(4, numbers.sub(second.mul(16)), second);
            }
            Tensor step = parts.get(2).all().to(DType.FLOAT32).unsqueeze(4);
            Tensor least = parts.get(1).all().to(DType.FLOAT32).unsqueeze(4);
            Shape shape = codes.shape();
            Tensor x = numbers.reshape(shape.size(0), shape.size(1), shape.size(2), -1, grain())
                    .mul(step)
                    .add(least)
                    .flatten(3, 4); // [B, K, S, N block]
            return passing.keep(x.narrow(3, 0, size).to(dtype));
        }
    }

    @Override
    public void select(Tensor rows) {
        parts.forEach(part -> part.select(rows));
    }

    @Override
    public void truncate(long length) {
        parts.forEach(part -> part.truncate(length));
    }

    @Override
    public Room fork() {
        return of(parts.stream().map(Room::fork).toList());
    }

    @Override
    public Room beside(Room other) {
        if (!(other instanceof QuantisedRoom more) || more.bits != bits || more.block != block) {
            throw new IllegalArgumentException("keys and values of one batch must be quantised in one way");
        }
        return of(IntStream.range(0, parts.size())
                .mapToObj(i -> parts.get(i).beside(more.parts.get(i)))
                .toList());
    }

    private QuantisedRoom of(List<Room> others) {
        QuantisedRoom other = new QuantisedRoom(bits, block, others);
        other.size = size;
        other.dtype = dtype;
        return other;
    }

    @Override
    public void close() {
        parts.forEach(Room::close);
    }
}
