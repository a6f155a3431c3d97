package io.attend.state;

import io.attend.tensor.DType;
import io.attend.tensor.Device;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Room that is one tensor, with spare positions at its end: what is read is a view.
///
/// Several rooms may stand on the same [Numbers]. Whoever appends where nobody has written yet does so in
/// place; whoever would write over what another may read takes a copy first.
final class TensorRoom implements Room {
    /// Where room comes from.
    @FunctionalInterface
    interface Supply {
        Tensor make(Shape shape, DType dtype, Device device);
    }

    /// How much room there is.
    @FunctionalInterface
    interface Capacity {
        /// @param needed positions
        /// @param before positions there was room for, 0 at first
        /// @throws IllegalArgumentException if there cannot be so many
        long of(long needed, long before);
    }

    private final Supply supply;
    private final Capacity capacity;
    private Optional<Numbers> numbers = Optional.empty();
    private long length;

    TensorRoom(Supply supply, Capacity capacity) {
        this.supply = supply;
        this.capacity = capacity;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long bytes() {
        return numbers.map(held -> {
                    Tensor room = held.tensor;
                    return room.count() / room.size(2) * length * room.dtype().bytes();
                })
                .orElse(0L);
    }

    @Override
    public void append(Tensor vectors) {
        numbers.ifPresent(held -> checkFollows(held.tensor, vectors, length));
        long needed = length + vectors.size(2);
        if (numbers.isEmpty() || !numbers.get().claim(length, needed)) {
            move(vectors, needed);
        }
        numbers.orElseThrow().tensor.narrow(2, length, vectors.size(2)).copy_(vectors);
        length = needed;
    }

    static void checkFollows(Tensor old, Tensor next, long length) {
        for (int axis : new int[] {0, 1, 3}) {
            if (old.size(axis) != next.size(axis)) {
                throw new IllegalArgumentException("the state remembers "
                        + Shape.of(old.size(0), old.size(1), length, old.size(3)) + " keys, and " + next.shape()
                        + " cannot follow them: only the third size may differ");
            }
        }
    }

    /// Goes on in room of its own that is large enough.
    private void move(Tensor like, long needed) {
        long before = numbers.map(held -> held.tensor.size(2)).orElse(0L);
        long positions = needed <= before ? before : capacity.of(needed, before);
        try (Lifetime _ = Lifetime.open()) {
            Tensor mine = supply.make(
                    Shape.of(like.size(0), like.size(1), positions, like.size(3)),
                    numbers.map(held -> held.tensor).orElse(like).dtype(),
                    like.device());
            if (length > 0) {
                mine.narrow(2, 0, length).copy_(all());
            }
            replace(mine, needed);
        }
    }

    private void replace(Tensor tensor, long written) {
        tensor.retain();
        numbers.ifPresent(Numbers::release);
        numbers = Optional.of(new Numbers(tensor, written));
    }

    @Override
    public Tensor all() {
        return numbers.orElseThrow(() -> new IllegalStateException("nothing has been remembered yet"))
                .tensor
                .narrow(2, 0, length);
    }

    @Override
    public void select(Tensor rows) {
        if (numbers.isEmpty()) {
            return;
        }
        try (Lifetime _ = Lifetime.open()) {
            Tensor chosen = all().indexSelect(0, rows);
            Tensor old = numbers.get().tensor;
            Tensor mine = supply.make(
                    Shape.of(chosen.size(0), old.size(1), old.size(2), old.size(3)), old.dtype(), old.device());
            mine.narrow(2, 0, length).copy_(chosen);
            replace(mine, length);
        }
    }

    @Override
    public void truncate(long shorter) {
        numbers.ifPresent(held -> held.give(shorter, length));
        length = shorter;
    }

    @Override
    public Room fork() {
        TensorRoom other = fresh();
        numbers.ifPresent(Numbers::share);
        other.numbers = numbers;
        other.length = length;
        return other;
    }

    @Override
    public Room beside(Room other) {
        TensorRoom both = fresh();
        long longest = Math.max(length, other.length());
        if (longest > 0) {
            try (Lifetime _ = Lifetime.open()) {
                both.append(Tensor.cat(0, behind(this, longest), behind(other, longest)));
            }
        }
        return both;
    }

    /// What a room holds behind zeros.
    static Tensor behind(Room room, long length) {
        Tensor held = room.all();
        long missing = length - room.length();
        return missing == 0
                ? held
                : Tensor.cat(
                        2,
                        Tensor.zeros(Shape.of(held.size(0), held.size(1), missing, held.size(3)), held.dtype())
                                .to(held.device()),
                        held);
    }

    private TensorRoom fresh() {
        return new TensorRoom(supply, capacity);
    }

    @Override
    public void close() {
        numbers.ifPresent(Numbers::release);
        numbers = Optional.empty();
        length = 0;
    }

    /// A tensor [B, K, room, D] that several may read, each up to where it stands, on several threads.
    private static final class Numbers {
        private final Tensor tensor;
        private int owners = 1;
        private long written;

        Numbers(Tensor tensor, long written) {
            this.tensor = tensor;
            this.written = written;
        }

        /// Whether an owner that stands at `from` may write up to `to` without anybody noticing; from then on
        /// nobody else may.
        synchronized boolean claim(long from, long to) {
            if (from != written || to > tensor.size(2)) {
                return false;
            }
            written = to;
            return true;
        }

        /// The only owner takes back what it wrote.
        synchronized void give(long from, long to) {
            if (owners == 1 && to == written) {
                written = from;
            }
        }

        synchronized void share() {
            owners++;
        }

        synchronized void release() {
            if (--owners == 0) {
                tensor.close();
            }
        }
    }
}
