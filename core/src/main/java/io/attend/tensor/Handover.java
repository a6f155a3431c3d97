package io.attend.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Something made of tensors on one thread for another to use: in between they belong to no [Lifetime].
public final class Handover<T> implements AutoCloseable {
    private final T value;
    private final List<Tensor> tensors;
    private boolean taken;

    private Handover(T value, List<Tensor> tensors) {
        this.value = value;
        this.tensors = tensors;
    }

    /// Makes it on this thread, where no lifetime need be open. What fails leaves no tensor behind.
    public static <T> Handover<T> of(Supplier<T> made) {
        List<Tensor> tensors = new ArrayList<>();
        try (Lifetime _ = Lifetime.noting(tensors)) {
            T value = made.get();
            tensors.forEach(Tensor::retain);
            return new Handover<>(value, tensors);
        }
    }

    /// Gives it to the innermost lifetime of the thread that calls, once.
    ///
    /// @throws IllegalStateException if it was taken or closed before, or no lifetime is open
    public T take() {
        Lifetime here = Lifetime.current();
        if (taken) {
            throw new IllegalStateException("what was handed over has been taken or closed before");
        }
        tensors.forEach(here::adopt);
        close();
        return value;
    }

    /// Frees its tensors, unless it was taken.
    @Override
    public void close() {
        if (!taken) {
            taken = true;
            tensors.forEach(Tensor::close);
        }
    }
}
