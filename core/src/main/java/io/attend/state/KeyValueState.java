package io.attend.state;

import io.attend.kernel.HeadAttention;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// The keys and values of every position so far, [B, K, S, D] each: 2·K·D numbers a token and layer. Keys may
/// be of another size than values.
///
/// Room grows by doubling, so that appending costs amortised O(1) copies a position; what attention reads is a
/// view. The element type and device are those of the first keys appended.
public final class KeyValueState implements State {
    private static final long FIRST_ROOM = 32;

    private Optional<Tensor> keys = Optional.empty();
    private Optional<Tensor> values = Optional.empty();
    private long length;

    @Override
    public long length() {
        return length;
    }

    @Override
    public long bytes() {
        return bytes(keys) + bytes(values);
    }

    private long bytes(Optional<Tensor> room) {
        return room.map(t -> t.count() / t.size(2) * length * t.dtype().bytes()).orElse(0L);
    }

    /// Remembers keys and values [B, K, T, D] behind those remembered so far.
    ///
    /// @throws IllegalArgumentException if B, K or D are not those of what is remembered
    public void append(Tensor newKeys, Tensor newValues) {
        keys.ifPresent(old -> checkFollows(old, newKeys));
        long needed = length + newKeys.size(2);
        keys = Optional.of(room(keys, newKeys, needed));
        values = Optional.of(room(values, newValues, needed));
        keys.get().narrow(2, length, newKeys.size(2)).copy_(newKeys);
        values.get().narrow(2, length, newValues.size(2)).copy_(newValues);
        length = needed;
    }

    /// Remembers the keys [K, D] and values [K, C] of one token of one text, from plain memory.
    ///
    /// @param heads K
    /// @param dtype of what is remembered, if this is the first; float32 or bfloat16
    public void append(float[] newKeys, float[] newValues, int heads, DType dtype) {
        try (Lifetime _ = Lifetime.open()) {
            keys = Optional.of(room(keys, like(heads, newKeys.length / heads, dtype), length + 1));
            values = Optional.of(room(values, like(heads, newValues.length / heads, dtype), length + 1));
        }
        write(newKeys, heads, keptKeys());
        write(newValues, heads, keptValues());
        length++;
    }

    private static Tensor like(int heads, int size, DType dtype) {
        return Tensor.empty(Shape.of(1, heads, 1, size), dtype);
    }

    private void write(float[] numbers, int heads, HeadAttention.Kept to) {
        int size = numbers.length / heads;
        for (int head = 0; head < heads; head++) {
            to.write(numbers, head * size, size, (head * to.room() + length) * size);
        }
    }

    /// All keys of one text as the kernels read them, in memory that holds until the next is appended.
    public HeadAttention.Kept keptKeys() {
        return kept(keys.orElseThrow());
    }

    /// All values of one text as the kernels read them.
    public HeadAttention.Kept keptValues() {
        return kept(values.orElseThrow());
    }

    private static HeadAttention.Kept kept(Tensor room) {
        return new HeadAttention.Kept(room.memory(), room.size(2), room.dtype() == DType.BFLOAT16);
    }

    private void checkFollows(Tensor old, Tensor next) {
        for (int axis : new int[] {0, 1, 3}) {
            if (old.size(axis) != next.size(axis)) {
                throw new IllegalArgumentException("the state remembers " + keys().shape() + " keys, and "
                        + next.shape() + " cannot follow them: only the third size may differ");
            }
        }
    }

    /// All keys so far [B, K, S, D], a view.
    public Tensor keys() {
        return keys.orElseThrow().narrow(2, 0, length);
    }

    /// All values so far [B, K, S, D], a view.
    public Tensor values() {
        return values.orElseThrow().narrow(2, 0, length);
    }

    private Tensor room(Optional<Tensor> old, Tensor like, long needed) {
        if (old.isPresent() && old.get().size(2) >= needed) {
            return old.get();
        }
        long capacity = Math.max(needed, old.map(t -> 2 * t.size(2)).orElse(FIRST_ROOM));
        DType dtype = old.orElse(like).dtype();
        Shape shape = Shape.of(like.size(0), like.size(1), capacity, like.size(3));
        try (Lifetime _ = Lifetime.open()) {
            Tensor bigger = Tensor.empty(shape, dtype, like.device()).retain();
            if (old.isPresent()) {
                bigger.narrow(2, 0, length).copy_(old.get().narrow(2, 0, length));
                old.get().close();
            }
            return bigger;
        }
    }

    @Override
    public void select(Tensor rows) {
        try (Lifetime _ = Lifetime.open()) {
            keys = keys.map(t -> replaced(t, rows));
            values = values.map(t -> replaced(t, rows));
        }
    }

    private static Tensor replaced(Tensor old, Tensor rows) {
        Tensor chosen = old.indexSelect(0, rows).retain();
        old.close();
        return chosen;
    }

    @Override
    public void close() {
        keys.ifPresent(Tensor::close);
        values.ifPresent(Tensor::close);
        keys = Optional.empty();
        values = Optional.empty();
        length = 0;
    }
}
