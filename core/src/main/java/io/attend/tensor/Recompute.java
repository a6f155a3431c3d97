package io.attend.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Computes a tensor part by part and forgets how: the backward pass computes each part again (Chen et al.
/// 2016), so that only one part's intermediate results exist at a time. Costs one more forward pass; the
/// gradients are the same.
///
/// The inputs must be all that the parts compute from and that gradients flow into, but for weights, which are
/// found. Gradients of gradients are not to be had, and the backward pass runs once, before the lifetime given
/// closes.
public final class Recompute {
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
        private final Hooks hooks = new Hooks();

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
            hooks.tie(y); // learns in any case
            for (Tensor input : inputs) {
                Tensor copy = Hooks.copy(input).retain();
                copies.add(copy);
                if (input.requiresGrad()) {
                    hooks.tie(y, input, gradient -> found(copy).orElse(gradient));
                }
            }
            hooks.at(y, this::backward);
            home.whenClosed(this::end);
            return y;
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
                    Hooks.backward(y, gradient.narrow(parts.axis, at, length));
                }
            }
            random.ifPresent(source -> source.restore(before.orElseThrow()));
            return gradient;
        }

        private void end() {
            hooks.end();
            copies.forEach(Tensor::close);
            state.ifPresent(Tensor::close);
        }
    }
}
