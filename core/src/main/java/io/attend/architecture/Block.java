package io.attend.architecture;

import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.norm.Norm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The unit that is stacked: branches in order, the norm each of them gets, and how they join the stream.
public record Block(List<Sublayer> sublayers, Norm norm, Residual residual) {
    public Block {
        sublayers = List.copyOf(sublayers);
        if (sublayers.isEmpty()) {
            throw new IllegalArgumentException("a block needs at least one sublayer");
        }
    }

    /// The names of the branches in paths: those that occur once by their kind, others numbered (`feed`,
    /// `feed2`).
    List<String> names() {
        Map<String, Integer> seen = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (Sublayer sublayer : sublayers) {
            int count = seen.merge(sublayer.name(), 1, Integer::sum);
            names.add(count == 1 ? sublayer.name() : sublayer.name() + count);
        }
        return names;
    }

    Residual.Built build(Parameters parameters, Site site) {
        List<String> names = names();
        List<Residual.Branch> branches = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Layer layer = sublayers.get(i).build(parameters.in(names.get(i)), site);
            branches.add(new Residual.Branch(names.get(i), layer));
        }
        return residual.build(parameters, branches, norm, site.width());
    }
}
