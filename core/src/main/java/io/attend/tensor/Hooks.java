package io.attend.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Backward passes written in Java: a result that was computed without a record is tied to what it was computed
/// from, and hooks do what its record would have done.
///
/// The engine's own way, a function with a backward pass of its own, cannot be written from Java, but hooks can:
/// the result is tied to each input by adding an exact zero that depends on it. When the gradient of the result
/// is known, a hook there finds those of the inputs; hooks at the ties then put them in the place of their
/// zeros.
final class Hooks {
    private static final Map<Long, Hook> ALL = new ConcurrentHashMap<>();
    private static final Dispatch DISPATCH = Engine.keep(new Dispatch());

    private final List<Long> nodes = new ArrayList<>();

    /// What is done with a gradient at one place of the graph, and given back for it.
    @FunctionalInterface
    interface Hook {
        Tensor apply(Tensor gradient);
    }

    /// Makes `y`, which is nobody's yet, depend on something that learns.
    void tie(Tensor y) {
        Tensor zero = Tensor.zeros(Shape.of(1), y.dtype()).to(y.device()).requiresGrad(true);
        y.add_(zero.narrow(0, 0, 0).sum());
    }

    /// Makes `y` depend on `input`, whose gradient is what `hook` gives.
    void tie(Tensor y, Tensor input, Hook hook) {
        Tensor tie = Tensor.made("view_as", () -> input.pointer().view_as(input.pointer()), input);
        y.add_(tie.narrow(0, 0, 0).sum());
        at(tie, hook);
    }

    /// Runs `hook` once the gradient of a tensor is known.
    void at(Tensor tensor, Hook hook) {
        long node = tensor.pointer().grad_fn().address();
        ALL.put(node, hook);
        nodes.add(node);
        tensor.pointer().register_hook(DISPATCH);
    }

    /// A copy that shares the numbers of `input`, for a part of the backward pass to stop at.
    static Tensor copy(Tensor input) {
        return input.detach().requiresGrad(input.requiresGrad());
    }

    /// Leaves the gradients of what `y` was computed from, given that of `y`.
    static void backward(Tensor y, Tensor gradient) {
        torch.backward(
                new TensorVector(y.pointer()),
                new TensorVector(gradient.pointer()),
                new BoolOptional(false),
                false,
                new TensorVector());
    }

    /// Forgets all of these hooks.
    void end() {
        nodes.forEach(ALL::remove);
    }

    /// Called by the engine with every gradient asked for; one object serves all, since native code holds it
    /// weakly.
    private static final class Dispatch extends TensorTensorHook {
        /// The last answer of a thread, which the engine may read until it asks again.
        private static final ThreadLocal<Optional<Tensor>> ANSWER = ThreadLocal.withInitial(Optional::empty);

        @Override
        public TensorBase call(TensorBase gradient) {
            boolean before = GradMode.is_enabled();
            ANSWER.get().ifPresent(Tensor::close);
            try (Lifetime _ = Lifetime.open()) {
                Hook hook = ALL.get(torch.get_current_node().address());
                if (hook == null) {
                    throw new IllegalStateException(
                            "the backward pass came after the Lifetime of its forward pass was closed");
                }
                GradMode.set_enabled(true);
                Tensor answer = hook.apply(Tensor.borrowed(gradient)).retain();
                ANSWER.set(Optional.of(answer));
                return answer.pointer();
            } finally {
                GradMode.set_enabled(before);
            }
        }
    }
}
