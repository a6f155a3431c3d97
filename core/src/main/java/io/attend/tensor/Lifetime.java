package io.attend.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/// How long tensors live: every tensor made on this thread belongs to the innermost open lifetime and is freed,
/// at once and without the garbage collector, when that closes.
///
///     try (Lifetime step = Lifetime.open()) {
///         Tensor loss = model.loss(batch);
///         loss.backward();
///     }
///
/// One opens at load, per training step, per decoding step and around each block; nothing inside a layer
/// manages memory. A tensor made while none is open would leak, so it is refused. [#keep] lets a tensor outlive
/// the innermost lifetime by handing it to the one around it; [Tensor#retain] lets it outlive all of them,
/// until [Tensor#close].
///
/// Belongs to the thread that opened it; lifetimes close in the reverse order of opening, which
/// try-with-resources ensures.
public final class Lifetime implements AutoCloseable {
    private static final ThreadLocal<Lifetime[]> INNERMOST = ThreadLocal.withInitial(() -> new Lifetime[1]);

    private final Lifetime[] slot = INNERMOST.get();
    private final @org.jspecify.annotations.Nullable Lifetime outer = slot[0];
    private final PointerScope scope;
    private final List<Runnable> endings = new ArrayList<>();
    private final @org.jspecify.annotations.Nullable List<Tensor> noted;
    private boolean closed;

    private Lifetime(@org.jspecify.annotations.Nullable List<Tensor> noted) {
        this.noted = noted;
        Engine.start();
        scope = new PointerScope();
        slot[0] = this;
    }

    /// Opens a lifetime inside those already open on this thread.
    public static Lifetime open() {
        return new Lifetime(null);
    }

    /// Opens a lifetime that writes down every tensor that lives as long as it.
    static Lifetime noting(List<Tensor> made) {
        return new Lifetime(made);
    }

    Tensor note(Tensor tensor) {
        if (noted != null) {
            noted.add(tensor);
        }
        return tensor;
    }

    /// Refuses to go on when a tensor made now would never be freed.
    static void require() {
        if (INNERMOST.get()[0] == null) {
            throw new IllegalStateException(
                    "no Lifetime is open on this thread, so the tensor would never be freed; wrap the code in"
                            + " try (Lifetime lifetime = Lifetime.open()) { ... }");
        }
    }

    /// The innermost lifetime open on this thread.
    public static Lifetime current() {
        require();
        return java.util.Objects.requireNonNull(INNERMOST.get()[0]);
    }

    /// Makes `tensor`, whichever lifetime it was made in, live at least as long as this one.
    public Tensor adopt(Tensor tensor) {
        scope.attach(tensor.pointer());
        return note(tensor);
    }

    /// Hands `tensor` to the lifetime around this one.
    ///
    /// @return the same tensor
    /// @throws IllegalStateException if there is none around it
    public Tensor keep(Tensor tensor) {
        Lifetime around = outer;
        if (around == null) {
            throw new IllegalStateException(
                    "no Lifetime is open around this one; use tensor.retain() and close it yourself");
        }
        return around.adopt(tensor);
    }

    /// Runs something when this lifetime closes.
    void whenClosed(Runnable ending) {
        endings.add(ending);
    }

    /// Frees every tensor made in this lifetime that was neither kept nor retained.
    @Override
    @SuppressWarnings("ReferenceEquality") // this very lifetime, on this very thread
    public void close() {
        if (closed) {
            return;
        }
        if (slot[0] != this || INNERMOST.get() != slot) {
            throw new IllegalStateException(
                    "this Lifetime is not the innermost one of this thread; close them in reverse order of opening, on the"
                            + " thread that opened them");
        }
        closed = true;
        slot[0] = outer;
        endings.forEach(Runnable::run);
        scope.close();
    }
}
