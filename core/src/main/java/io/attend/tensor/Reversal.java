package io.attend.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Two streams that branches are added to in turn, of which only the ends are kept: the backward pass computes
/// what went into each branch back from what came out (Gomez et al. 2017), so that memory does not grow with
/// the number of branches. Costs one more forward pass.
///
///     forward:   (a, b) → (b, a + f(b))        back:   (p, q) → (q − f(p), p)
///
/// The gradients are the same but for rounding: what is computed back differs from what went in by the last
/// bits of each sum. Those of gradients are not to be had, and the backward pass runs once, before the lifetime
/// given closes.
public final class Reversal {
    private Reversal() {}

    /// What is added to one stream, computed from the other.
    @FunctionalInterface
    public interface Branch {
        /// @param given what gradients flow into beside the stream and weights
        /// @param again whether this is the backward pass, which computes everything a second time
        Tensor of(Tensor read, List<Tensor> given, boolean again);
    }

    /// Sees the stream each branch has been added to, which is gone afterwards.
    @FunctionalInterface
    public interface Watcher {
        void see(int branch, Tensor stream);
    }

    /// Both streams behind all branches.
    ///
    /// @param streams both, side by side along the last axis: the first is added to first
    /// @param given what gradients flow into beside the streams and weights
    /// @param random what branches draw from, if they do: they will draw the same again
    /// @param home how long the backward pass may take to come
    public static Tensor of(
            List<Branch> branches,
            Tensor streams,
            List<Tensor> given,
            Watcher watcher,
            Optional<Random> random,
            Lifetime home) {
        List<Optional<Tensor>> states = new ArrayList<>();
        boolean learns = streams.requiresGrad() || given.stream().anyMatch(Tensor::requiresGrad);
        Halves at = quietly(() -> Halves.of(streams)).retain();
        for (int i = 0; i < branches.size(); i++) {
            Branch branch = branches.get(i);
            states.add(random.map(Random::state));
            try (Lifetime _ = Lifetime.open()) {
                Halves before = at;
                Tensor y = learns
                        ? quietly(() -> branch.of(before.second, given, false))
                        : branch.of(before.second, given, false);
                learns = learns || y.requiresGrad();
                Tensor sum = quietly(() -> before.first.add(y));
                watcher.see(i, sum);
                at = new Halves(before.second, sum.retain());
                before.first.close();
            }
        }
        Halves end = at;
        Tensor whole = quietly(end::whole);
        end.close();
        return learns
                ? new Run(branches, states, random, home, whole.device().kind()).tied(whole, streams, given)
                : whole;
    }

    private static <T> T quietly(Supplier<T> work) {
        try (NoGradient _ = NoGradient.open()) {
            return work.get();
        }
    }

    /// Two streams, or their gradients: the one that is added to next, and the one that is read.
    private record Halves(Tensor first, Tensor second) {
        static Halves of(Tensor both) {
            long width = both.size(-1) / 2;
            return new Halves(both.narrow(-1, 0, width), both.narrow(-1, width, width));
        }

        Tensor whole() {
            return Tensor.cat(-1, first, second);
        }

        Halves retain() {
            first.retain();
            second.retain();
            return this;
        }

        void close() {
            first.close();
            second.close();
        }
    }

    /// One chain that is to be computed back.
    private static final class Run {
        private final List<Branch> branches;
        private final List<Optional<Tensor>> states;
        private final Optional<Random> random;
        private final Lifetime home;
        private final Device.Kind device;
        private final Optional<DType> products;
        private final Hooks hooks = new Hooks();
        private final List<Tensor> held = new ArrayList<>();

        Run(
                List<Branch> branches,
                List<Optional<Tensor>> states,
                Optional<Random> random,
                Lifetime home,
                Device.Kind device) {
            this.device = device;
            this.products = Autocast.products(device);
            this.branches = branches;
            this.states = states;
            this.random = random;
            this.home = home;
            states.forEach(state -> state.ifPresent(this::hold));
        }

        private Tensor hold(Tensor tensor) {
            held.add(tensor.retain());
            return tensor;
        }

        Tensor tied(Tensor whole, Tensor streams, List<Tensor> given) {
            Tensor end = hold(whole.detach()); // shares its numbers
            List<Tensor> copies =
                    given.stream().map(Hooks::copy).map(this::hold).toList();
            List<Tensor> start = new ArrayList<>(); // its gradient, once there is one
            hooks.tie(whole);
            for (int i = 0; i < copies.size(); i++) {
                Tensor copy = copies.get(i);
                if (copy.requiresGrad()) {
                    hooks.tie(whole, given.get(i), gradient -> copy.grad().orElse(gradient));
                }
            }
            if (streams.requiresGrad()) {
                hooks.tie(whole, streams, _ -> start.getFirst());
            }
            hooks.at(whole, gradient -> {
                start.add(hold(backward(end, gradient, copies)));
                return gradient;
            });
            home.whenClosed(() -> {
                hooks.end();
                held.forEach(Tensor::close);
            });
            return whole;
        }

        /// The gradient of what went in, given what came out and its gradient.
        private Tensor backward(Tensor end, Tensor gradient, List<Tensor> given) {
            Optional<Tensor> before = random.map(Random::state);
            Halves at = Halves.of(end).retain();
            Halves slope = Halves.of(gradient).retain();
            for (int i = branches.size() - 1; i >= 0; i--) {
                Optional<Tensor> state = states.get(i);
                random.ifPresent(source -> source.restore(state.orElseThrow()));
                try (Lifetime _ = Lifetime.open()) {
                    Tensor read = at.first.detach().requiresGrad(true);
                    Tensor y;
                    try (Autocast _ = Autocast.open(device, products)) {
                        y = branches.get(i).of(read, given, true);
                    }
                    if (y.requiresGrad()) {
                        Hooks.backward(y, slope.second);
                    }
                    Halves back = at;
                    Halves known = slope;
                    Tensor first = quietly(() -> back.second.sub(y));
                    Tensor second =
                            quietly(() -> read.grad().map(known.first::add).orElseGet(known.first::detach));
                    at = new Halves(first.retain(), back.first);
                    slope = new Halves(known.second, second.retain());
                    back.second.close();
                    known.first.close();
                }
            }
            random.ifPresent(source -> source.restore(before.orElseThrow()));
            Tensor found = slope.whole();
            at.close();
            slope.close();
            return found;
        }
    }
}
