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

/// Computes a tensor part by part and forgets how: the backward pass computes each part again (Chen et al.
/// 2016), so that only one part's intermediate results exist at a time. Costs one more forward pass; the
/// gradients are the same.
///
/// The inputs must be all that the parts compute from and that gradients flow into, but for weights, which are
/// found. Gradients of gradients are not to be had, and the backward pass runs once, before the lifetime given
/// closes.
public final class Recompute {
    /*
     * The engine's own way, a function with a backward pass of its own, cannot be written from Java, but hooks can: the
     * result is tied to each input by adding an exact zero that depends on it. When the gradient of the result is known, a
     * hook computes the parts again and runs their own backward pass, up to copies of the inputs; hooks at the ties then
     * put the gradients found there in the place of their zeros.
     */
    private static final Map<Long, Hook> HOOKS = new ConcurrentHashMap<>();
    private static final Dispatch DISPATCH = Engine.keep(new Dispatch());

    private Recompute() {}

    /// What is computed from the inputs at `length` places from `start` on.
    @FunctionalInterface
    public interface Part {
        Tensor of(List<Tensor> inputs, long start, long length);
    }

    /// How a tensor falls into parts.
    ///
    /// @param axis along which the parts stand
    /// @param length of the whole along it
    /// @param step of each part, but for the last
    public record Parts(int axis, long length, long step) {}

    /// The parts together.
    ///
    /// @param random what the parts draw from, if they do: they will draw the same again
    /// @param home how long the backward pass may take to come
    public static Tensor of(Part part, Parts parts, List<Tensor> inputs, Optional<Random> random, Lifetime home) {
        Optional<Tensor> state = random.map(Random::state);
        boolean learns;
        Tensor y;
        try (Lifetime first = Lifetime.open()) {
            Tensor start = part.of(inputs, 0, Math.min(parts.step, parts.length));
            learns = start.requiresGrad();
            long[] shape = start.shape().toArray();
            shape[parts.axis] = parts.length;
            y = first.keep(Tensor.empty(Shape.of(shape), start.dtype(), start.device()));
            y.narrow(parts.axis, 0, start.size(parts.axis)).copy_(start.detach());
        }
        try (NoGradient _ = NoGradient.open()) {
            for (long at = parts.step; at < parts.length; at += parts.step) {
                try (Lifetime _ = Lifetime.open()) {
                    long length = Math.min(parts.step, parts.length - at);
                    y.narrow(parts.axis, at, length).copy_(part.of(inputs, at, length));
                }
            }
        }
        return learns ? new Run(part, parts, random, state, home, y.device().kind()).tied(y, inputs) : y;
    }

    /// What is done with a gradient at one place of the graph, and given back for it.
    @FunctionalInterface
    private interface Hook {
        Tensor apply(Tensor gradient);
    }

    /// One tensor that is to be computed again.
    private static final class Run {
        private final Part part;
        private final Parts parts;
        private final Optional<Random> random;
        private final Optional<Tensor> state;
        private final Lifetime home;
        private final Device.Kind device;
        private final Optional<DType> products;
        private final List<Tensor> copies = new ArrayList<>();
        private final List<Long> nodes = new ArrayList<>();

        Run(
                Part part,
                Parts parts,
                Optional<Random> random,
                Optional<Tensor> state,
                Lifetime home,
                Device.Kind device) {
            this.device = device;
            this.products = Autocast.products(device);
            this.part = part;
            this.parts = parts;
            this.random = random;
            this.state = state.map(Tensor::retain);
            this.home = home;
        }

        Tensor tied(Tensor y, List<Tensor> inputs) {
            Tensor zero = Tensor.zeros(Shape.of(1), y.dtype()).to(y.device()).requiresGrad(true); // learns in any case
            y.add_(zero.narrow(0, 0, 0).sum());
            for (Tensor input : inputs) {
                Tensor copy = input.detach().requiresGrad(input.requiresGrad()).retain();
                copies.add(copy);
                if (input.requiresGrad()) {
                    Tensor tie = Tensor.made("view_as", () -> input.pointer().view_as(input.pointer()), input);
                    y.add_(tie.narrow(0, 0, 0).sum());
                    hook(tie, gradient -> found(copy).orElse(gradient));
                }
            }
            hook(y, this::backward);
            home.whenClosed(this::end);
            return y;
        }

        private void hook(Tensor tensor, Hook hook) {
            long node = tensor.pointer().grad_fn().address();
            HOOKS.put(node, hook);
            nodes.add(node);
            tensor.pointer().register_hook(DISPATCH);
        }

        private static Optional<Tensor> found(Tensor copy) {
            Optional<Tensor> gradient = copy.grad();
            copy.close();
            return gradient;
        }

        private Tensor backward(Tensor gradient) {
            Optional<Tensor> before = random.map(Random::state);
            random.ifPresent(source -> source.restore(state.orElseThrow()));
            for (long at = 0; at < parts.length; at += parts.step) {
                try (Lifetime _ = Lifetime.open()) {
                    long length = Math.min(parts.step, parts.length - at);
                    Tensor y;
                    try (Autocast _ = Autocast.open(device, products)) {
                        y = part.of(copies, at, length);
                    }
                    Tensor given = gradient.narrow(parts.axis, at, length);
                    torch.backward(
                            new TensorVector(y.pointer()),
                            new TensorVector(given.pointer()),
                            new BoolOptional(false),
                            false,
                            new TensorVector());
                }
            }
            random.ifPresent(source -> source.restore(before.orElseThrow()));
            return gradient;
        }

        private void end() {
            nodes.forEach(HOOKS::remove);
            copies.forEach(Tensor::close);
            state.ifPresent(Tensor::close);
        }
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
                Hook hook = HOOKS.get(torch.get_current_node().address());
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
