package io.attend.optimizer;

import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// Tensors by name, going back where they came from.
final class SavedState {
    private SavedState() {}

    /// Copies saved numbers over the present ones, all or none.
    ///
    /// @throws IllegalArgumentException naming what is missing, left over, or of another shape or type
    static void restore(String what, Map<String, Tensor> saved, Map<String, Tensor> wanted) {
        Set<String> missing = without(wanted, saved);
        Set<String> leftOver = without(saved, wanted);
        if (!missing.isEmpty() || !leftOver.isEmpty()) {
            throw refused(what + " remembers other weights than the model has: "
                    + (missing.isEmpty() ? "" : some(missing) + " missing")
                    + (missing.isEmpty() || leftOver.isEmpty() ? "" : ", ")
                    + (leftOver.isEmpty() ? "" : some(leftOver) + " left over"));
        }
        wanted.forEach((name, tensor) -> {
            Tensor found = Objects.requireNonNull(saved.get(name));
            if (!found.shape().equals(tensor.shape()) || found.dtype() != tensor.dtype()) {
                throw refused(what + " has " + name + " " + found + ", but the model wants " + tensor);
            }
        });
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            wanted.forEach((name, tensor) -> tensor.copy_(Objects.requireNonNull(saved.get(name))));
        }
    }

    private static Set<String> without(Map<String, Tensor> all, Map<String, Tensor> others) {
        Set<String> names = new TreeSet<>(all.keySet());
        names.removeAll(others.keySet());
        return names;
    }

    private static String some(Set<String> names) {
        String first = names.iterator().next();
        return names.size() == 1 ? first + " is" : first + " and " + (names.size() - 1) + " more are";
    }

    private static IllegalArgumentException refused(String problem) {
        return new IllegalArgumentException(problem + "; resume with the recipe it was saved with");
    }
}
