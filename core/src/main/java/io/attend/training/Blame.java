package io.attend.training;

import io.attend.layer.Observer;
import io.attend.layer.Parameter;
import io.attend.layer.Place;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds where numbers first stop being finite in a step that is made once more to be watched: on the way
/// forward, the first output that is not; on the way back, the layer whose own output has a sound gradient and
/// what lies before it has not.
final class Blame implements Observer {
    private static final Set<String> STREAM = Set.of("embedding", "branch", "hidden", "output", "narrowed");

    private final Lifetime home = Lifetime.current();
    private final List<Seen> seen = new ArrayList<>();
    private Optional<String> first = Optional.empty();

    private record Seen(String name, Tensor tensor) {}

    @Override
    public void see(Place place, String what, Tensor tensor) {
        if (!STREAM.contains(what)) {
            return;
        }
        String name = switch (what) {
            case "branch" -> place.toString();
            case "hidden" -> "the end of " + place;
            case "output" -> "the last norm of " + place;
            default -> "the " + what + " of " + place;
        };
        if (first.isEmpty() && !finite(tensor)) {
            first = Optional.of(name);
        }
        if (tensor.requiresGrad()) {
            tensor.retainGrad();
            seen.add(new Seen(name, home.adopt(tensor)));
        }
    }

    /// The way taken must be that of training.
    @Override
    public boolean wantsAttention() {
        return false;
    }

    /// The first output of the pass that is not finite; that of the head if all it was shown are.
    String forward() {
        return first.orElse("the head");
    }

    /// What made the gradient of the pass not finite, once that has come back.
    ///
    /// @return nothing if every output's gradient is finite
    Optional<String> backward() {
        String behind = "the head";
        for (Seen output : seen.reversed()) {
            if (!output.tensor.grad().map(Blame::finite).orElse(true)) {
                return Optional.of(behind);
            }
            behind = output.name;
        }
        return Optional.empty();
    }

    /// The first weight that is not finite.
    static Optional<String> weight(List<Parameter> weights) {
        return weights.stream()
                .filter(weight -> !finite(weight.tensor()))
                .map(Parameter::name)
                .findFirst();
    }

    /// The last weight, the first the gradient reaches on its way back, whose gradient is not finite.
    static Optional<String> gradient(List<Parameter> weights) {
        return weights.reversed().stream()
                .filter(weight -> !weight.tensor().grad().map(Blame::finite).orElse(true))
                .map(Parameter::name)
                .findFirst();
    }

    private static boolean finite(Tensor tensor) {
        try (Lifetime _ = Lifetime.open()) {
            return tensor.isfinite().all();
        }
    }
}
