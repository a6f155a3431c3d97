package io.attend.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.PointerConsumer;
import org.bytedeco.pytorch.global.torch;

/// Tensors over memory that Java owns. A segment is held here until the engine says that the last tensor over
/// it is gone, so that the garbage collector cannot unmap what native code may still read.
final class Borrowed {
    /// By address: a segment may stand under several tensors, each with a storage of its own.
    private static final Map<Long, List<Held>> HELD = new ConcurrentHashMap<>();

    private static final PointerConsumer RELEASE = Engine.keep(new Release());

    /// @param freed runs when the last tensor over the segment is gone
    private record Held(MemorySegment data, Runnable freed) {}

    private Borrowed() {}

    static org.bytedeco.pytorch.Tensor tensor(MemorySegment data, DType dtype, Shape shape, Runnable freed) {
        HELD.compute(data.address(), (_, held) -> {
            List<Held> all = held == null ? new ArrayList<>() : held;
            all.add(new Held(data, freed));
            return all;
        });
        try {
            return torch.from_blob(
                    new Address(data), shape.toArray(), RELEASE, Types.options(dtype, Device.CPU), Engine.NO_DEVICE);
        } catch (RuntimeException e) {
            release(data.address());
            throw e;
        }
    }

    /// How many segments are held now.
    static int held() {
        return HELD.values().stream().mapToInt(List::size).sum();
    }

    private static void release(long address) {
        List<Held> gone = new ArrayList<>(1);
        HELD.computeIfPresent(address, (_, segments) -> {
            gone.add(segments.removeLast());
            return segments.isEmpty() ? null : segments;
        });
        gone.forEach(held -> held.freed.run());
    }

    /// A native address in the binding's clothes; owns nothing.
    private static final class Address extends Pointer {
        Address(MemorySegment data) {
            super((Pointer) null);
            address = data.address();
            limit = data.byteSize();
            capacity = data.byteSize();
        }
    }

    /// Called by the engine when the last alias of a borrowed storage dies. One object serves all, dispatching
    /// by address.
    private static final class Release extends PointerConsumer {
        @Override
        public void call(Pointer data) {
            release(data.address());
        }
    }
}
