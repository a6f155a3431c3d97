package io.attend.tensor;

/// A backward pass that is not the derivative: what flows back through a tensor is replaced.
public final class GradientHook {
    private GradientHook() {}

    /// What takes the place of a gradient.
    @FunctionalInterface
    public interface Change {
        Tensor of(Tensor gradient, Tensor value);
    }

    /// The same numbers, whose gradient goes on as what `change` makes of it. The backward pass runs once,
    /// before the lifetime given closes; where nothing learns there is none, and `change` is not asked.
    public static Tensor of(Tensor x, Change change, Lifetime home) {
        if (!x.requiresGrad()) {
            return x;
        }
        Hooks hooks = new Hooks();
        Tensor value = x.detach().retain();
        Tensor y = Tensor.made("view_as", () -> x.pointer().view_as(x.pointer()), x);
        hooks.at(y, gradient -> {
            try (NoGradient _ = NoGradient.open()) {
                return change.of(gradient, value);
            } finally {
                value.close();
            }
        });
        home.whenClosed(() -> {
            hooks.end();
            value.close();
        });
        return y;
    }
}
