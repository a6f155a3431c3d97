package io.attend.router;

import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is added to a loss, times a small factor, so that routers use their experts evenly and keep their
/// scores small.
///
/// A recipe names them under `auxiliary`, each with its factor. From Java:
/// `loss.of(context.reports(Routing.class))`.
public sealed interface RouterLoss permits BatchBalance, LayerBalance, RouterZ, SequenceBalance, SequenceZ {
    /// A single number, of the routings of one pass.
    ///
    /// @throws IllegalArgumentException if there are none
    Tensor of(List<Routing> routings);

    static List<Routing> some(List<Routing> routings) {
        if (routings.isEmpty()) {
            throw new IllegalArgumentException(
                    "no router reported anything, so there is no balance to keep; leave the router loss out of the recipe's auxiliary");
        }
        return routings;
    }

    /// The layers of each stack.
    ///
    /// @throws IllegalArgumentException if there are none
    static List<List<Routing>> stacks(List<Routing> routings) {
        Map<String, List<Routing>> stacks = new LinkedHashMap<>();
        for (Routing routing : some(routings)) {
            stacks.computeIfAbsent(routing.stack(), _ -> new ArrayList<>()).add(routing);
        }
        return List.copyOf(stacks.values());
    }
}
