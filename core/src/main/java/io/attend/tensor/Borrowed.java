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
    private static final Map<Long, List<MemorySegment>> HELD = new ConcurrentHashMap<>();

    private static final PointerConsumer RELEASE = Engine.keep(new Release());

    private Borrowed() {}

    static org.bytedeco.pytorch.Tensor tensor(MemorySegment data, DType dtype, Shape shape) {
        HELD.computeIfAbsent(data.address(), _ -> new ArrayList<>()).add(data);
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
        HELD.computeIfPresent(address, (_, segments) -> {
            segments.removeLast();
            return segments.isEmpty() ? null : segments;
        });
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
