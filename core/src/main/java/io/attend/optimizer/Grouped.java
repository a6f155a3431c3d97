package io.attend.optimizer;

import io.attend.layer.Parameter;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Another optimizer with rates and decays of their own for groups of weights, and rates that fall with depth.
///
///     η(weight) = η · rate of the first group that names it · layerDecay^d
///
/// where d is 0 at the head and the last norm, 1 in the last block of a stack, and one more than in the first
/// block of the deepest stack for embeddings; the paper's discriminative fine-tuning has layerDecay 1 / 2.6.
/// Groups are tried in order; a weight that none names is treated as by default.
@Source(paper = "Universal Language Model Fine-tuning for Text Classification", arxiv = "1801.06146")
public record Grouped(
        Optimizer optimizer,
        @Default("[]") List<Group> groups,
        @Default("1.0") double layerDecay) implements Optimizer {
    public static final Grouped EXAMPLE = new Grouped(
            AdamW.EXAMPLE,
            List.of(
                    new Group("head.*", 10, OptionalDouble.empty()),
                    new Group("embedding.*", 0.1, OptionalDouble.of(0))),
            0.8);

    private static final Pattern BLOCK = Pattern.compile("(.+?)\\.(\\d+)\\..*");

    /// Weights by name, and how they are treated.
    ///
    /// @param names a name, in which `*` stands for anything: `*.norm.*`, `encoder.0.*`
    /// @param rate what the learning rate is multiplied with; 0 leaves the weights as they are
    /// @param decay in place of the optimizer's own, on matrices and vectors alike
    public record Group(String names, @Default("1.0") double rate, OptionalDouble decay) {
        public Group {
            Treatment _ = new Treatment(rate, decay);
        }

        boolean names(Parameter weight) {
            return weight.name().matches(Pattern.quote(names).replace("*", "\\E.*\\Q"));
        }
    }

    public Grouped {
        if (optimizer instanceof Grouped) {
            throw new IllegalArgumentException("a Grouped in a Grouped; put all groups in one list");
        }
        if (!(layerDecay > 0 && layerDecay <= 1)) {
            throw new IllegalArgumentException("layerDecay " + layerDecay + " is outside (0, 1]");
        }
    }

    @Override
    public long numbers(Parameter weight) {
        return optimizer.numbers(weight);
    }

    @Override
    public Optimizer.Built build(List<Parameter> weights, Function<Parameter, Treatment> treatments) {
        for (Group group : groups) {
            if (weights.stream().noneMatch(group::names)) {
                throw new IllegalArgumentException("no weight is named " + group.names() + "; the first is "
                        + weights.getFirst().name() + ", `attend inspect` lists all");
            }
        }
        Map<String, Integer> depths = depths(weights);
        return optimizer.build(weights, weight -> {
            Treatment outer = treatments.apply(weight);
            double fallen = outer.rate() * Math.pow(layerDecay, belowTop(weight.name(), depths));
            return groups.stream()
                    .filter(group -> group.names(weight))
                    .findFirst()
                    .map(group ->
                            new Treatment(fallen * group.rate, outer.decay().isPresent() ? outer.decay() : group.decay))
                    .orElse(new Treatment(fallen, outer.decay()));
        });
    }

    /// How many blocks each stack has.
    private static Map<String, Integer> depths(List<Parameter> weights) {
        Map<String, Integer> depths = new HashMap<>();
        for (Parameter weight : weights) {
            Matcher block = BLOCK.matcher(weight.name());
            if (block.matches()) {
                depths.merge(block.group(1), Integer.parseInt(block.group(2)) + 1, Math::max);
            }
        }
        return depths;
    }

    private static int belowTop(String name, Map<String, Integer> depths) {
        Matcher block = BLOCK.matcher(name);
        if (block.matches()) {
            return depths.getOrDefault(block.group(1), 0) - Integer.parseInt(block.group(2));
        }
        boolean top =
                name.startsWith("head.") || depths.keySet().stream().anyMatch(stack -> name.startsWith(stack + "."));
        return top
                ? 0
                : depths.values().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
    }
}
