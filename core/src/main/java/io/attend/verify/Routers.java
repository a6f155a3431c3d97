package io.attend.verify;

import io.attend.huggingface.Usage;
import io.attend.router.Routing;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What routers did in a pass, by the names Hugging Face has for it: scores of experts and the losses made of
/// them.
final class Routers {
    private static final Pattern OF_A_STACK = Pattern.compile("(encoder|decoder)_router_logits\\.(\\d+)\\.([01])");
    private static final Pattern OF_ALL = Pattern.compile("router_logits\\.(\\d+)");

    private final Map<String, Routing> byPlace = new LinkedHashMap<>();
    private final Map<String, Tensor> losses = new LinkedHashMap<>();

    /// @param home as long as what it gives is needed
    Routers(List<Routing> routings, Usage usage, Lifetime home) {
        usage.auxiliary()
                .forEach(loss -> loss.of(routings).ifPresent(made -> losses.put(loss.name(), home.adopt(made))));
        for (Routing routing : routings) {
            home.adopt(routing.logits());
            home.adopt(routing.placed());
            byPlace.put(routing.place().toString(), routing);
        }
    }

    Optional<Tensor> value(String name) {
        Matcher stack = OF_A_STACK.matcher(name);
        Matcher all = OF_ALL.matcher(name);
        if (stack.matches()) {
            return ofSwitch(stack.group(1) + "." + stack.group(2) + ".feed", stack.group(3));
        } else if (all.matches()) {
            return Optional.ofNullable(byPlace.get("decoder." + all.group(1) + ".feed"))
                    .map(routing -> routing.logits().flatten(0, 1)); // [B T, X]
        }
        return Optional.ofNullable(losses.get(name));
    }

    /// Scores [B, T, X], and experts [B, T], where one without room counts as the first; for a layer without
    /// experts a single 0 stands in place of the scores.
    private Optional<Tensor> ofSwitch(String place, String which) {
        Routing routing = byPlace.get(place);
        if (routing == null) {
            return byPlace.isEmpty() || which.equals("1")
                    ? Optional.empty()
                    : Optional.of(Tensor.full(Shape.of(1), 0, DType.INT64));
        }
        return Optional.of(
                which.equals("0")
                        ? routing.logits()
                        : routing.placed()
                                .maskedFill(routing.placed().eq(routing.experts()), 0)
                                .squeeze(2));
    }
}
