package io.attend.tensor;

import org.bytedeco.pytorch.global.torch;

/// How many processor threads one operation may use. Process-wide.
public final class Threads {
    private Threads() {}

    public static int count() {
        Engine.start();
        return torch.get_num_threads();
    }

    /// @throws IllegalArgumentException if `count` is not positive
    public static void use(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("an operation needs at least 1 thread, not " + count);
        }
        Engine.start();
        torch.set_num_threads(count);
    }
}
