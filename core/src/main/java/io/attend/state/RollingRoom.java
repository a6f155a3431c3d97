package io.attend.state;

import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// The first and the latest positions, side by side in one tensor. What is forgotten leaves a gap between them,
/// which the sinks cross, so that all that is held is one view; when the tensor's end is reached everything
/// moves back to its beginning.
final class RollingRoom implements Room {
    private static final long FIRST = 32;

    private final RollingCache cache;
    private Optional<Tensor> room = Optional.empty(); // [B, K, room, D]
    private long from;
    private long length;
    private boolean forgot;

    RollingRoom(RollingCache cache) {
        this.cache = cache;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long bytes() {
        return room.map(held ->
                        held.count() / held.size(2) * length * held.dtype().bytes())
                .orElse(0L);
    }

    @Override
    public void append(Tensor vectors) {
        room.ifPresent(held -> TensorRoom.checkFollows(held, vectors, length));
        long more = vectors.size(2);
        long kept = (long) cache.sinks() + cache.window() - 1;
        try (Lifetime _ = Lifetime.open()) {
            if (length > kept) {
                forget(length - kept);
            }
            if (room.isEmpty() || from + length + more > room.get().size(2)) {
                move(vectors, length + more);
            }
            room.orElseThrow().narrow(2, from + length, more).copy_(vectors);
        }
        length += more;
    }

    /// Leaves out the oldest positions behind the sinks.
    private void forget(long positions) {
        Tensor held = room.orElseThrow();
        Tensor sinks = held.narrow(2, from, cache.sinks()).clone(); // the gap may be narrower than they are
        from += positions;
        length -= positions;
        held.narrow(2, from, cache.sinks()).copy_(sinks);
        forgot = true;
    }

    /// To the beginning of a tensor with room for as many again.
    private void move(Tensor like, long needed) {
        long before = room.map(held -> held.size(2)).orElse(0L);
        long positions = 2 * needed <= before ? before : Math.max(2 * needed, FIRST);
        Tensor mine = Tensor.empty(
                Shape.of(like.size(0), like.size(1), positions, like.size(3)),
                room.orElse(like).dtype(),
                like.device());
        if (length > 0) {
            mine.narrow(2, 0, length).copy_(all());
        }
        replace(mine);
        from = 0;
    }

    private void replace(Tensor tensor) {
        tensor.retain();
        room.ifPresent(Tensor::close);
        room = Optional.of(tensor);
    }

    @Override
    public Tensor all() {
        return room.orElseThrow(() -> new IllegalStateException("nothing has been remembered yet"))
                .narrow(2, from, length);
    }

    @Override
    public void select(Tensor rows) {
        if (room.isPresent()) {
            try (Lifetime _ = Lifetime.open()) {
                replace(room.get().indexSelect(0, rows));
            }
        }
    }

    @Override
    public void truncate(long shorter) {
        checkWhole();
        length = shorter;
    }

    @Override
    public void drop(long count) {
        checkWhole();
        from += count;
        length -= count;
    }

    @Override
    public Room fork() {
        RollingRoom other = new RollingRoom(cache);
        try (Lifetime _ = Lifetime.open()) {
            room.ifPresent(held -> other.replace(held.clone()));
        }
        other.from = from;
        other.length = length;
        other.forgot = forgot;
        return other;
    }

    @Override
    public Room beside(Room other) {
        checkWhole();
        RollingRoom both = new RollingRoom(cache);
        long longest = Math.max(length, other.length());
        if (longest > 0) {
            try (Lifetime _ = Lifetime.open()) {
                both.append(Tensor.cat(0, TensorRoom.behind(this, longest), TensorRoom.behind(other, longest)));
            }
        }
        return both;
    }

    private void checkWhole() {
        if (forgot) {
            throw new IllegalArgumentException("a RollingCache that has forgotten positions can neither go back nor be"
                    + " joined with other texts; use a GrowingCache or a longer window");
        }
    }

    @Override
    public void close() {
        room.ifPresent(Tensor::close);
        room = Optional.empty();
        from = 0;
        length = 0;
    }
}
