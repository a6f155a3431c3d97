package io.attend.training;

import io.attend.layer.Context;
import io.attend.router.Auxiliary;
import io.attend.router.ExpertUse;
import io.attend.router.LayerBalance;
import io.attend.router.RouterZ;
import io.attend.router.Routing;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.training.report.Metrics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the routers of a training pass are asked to learn, and how evenly they used their experts.
final class Routers {
    private Routers() {}

    /// The loss of a pass and its routers' losses.
    static Tensor added(Tensor loss, List<Auxiliary> auxiliary, Context pass) {
        for (Auxiliary one : auxiliary) {
            loss = loss.add(one.loss().of(pass.reports(Routing.class)).mul(one.factor()));
        }
        return loss;
    }

    /// Numbers for the log: `balance` (1 when use is even) and `routerZ`, the mean of layers, and of each
    /// mixture the largest share of one expert, how even its use is (0 to 1) and what found no room. None
    /// where nothing is routed.
    static Map<String, Double> figures(Context pass) {
        Map<String, Double> figures = new LinkedHashMap<>();
        List<Routing> routings = pass.reports(Routing.class);
        if (!routings.isEmpty()) {
            try (NoGradient _ = NoGradient.open()) {
                figures.put(Metrics.BALANCE, new LayerBalance().of(routings).item() / routings.size());
                figures.put(Metrics.ROUTER_Z, new RouterZ().of(routings).item() / routings.size());
            }
        }
        for (ExpertUse use : pass.reports(ExpertUse.class)) {
            figures.put(use.place() + ".largest", use.largest());
            figures.put(use.place() + ".evenness", use.evenness());
        }
        routings.forEach(routing -> figures.put(routing.place() + ".overflow", routing.overflow()));
        return figures;
    }
}
