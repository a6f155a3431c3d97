package io.attend.tensor;

import org.bytedeco.pytorch.GradMode;

/// While open, operations on this thread record nothing for a backward pass.
///
/// The engine keeps this setting per native thread: open it only on a platform thread or around work that never
/// blocks, since a virtual thread may be moved to another carrier while it waits. Weights that do not require
/// gradients need no guard at all, which is how inference runs.
public final class NoGradient implements AutoCloseable {
    private final boolean before;

    private NoGradient() {
        Engine.start();
        before = GradMode.is_enabled();
        GradMode.set_enabled(false);
    }

    public static NoGradient open() {
        return new NoGradient();
    }

    @Override
    public void close() {
        GradMode.set_enabled(before);
    }
}
