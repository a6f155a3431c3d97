package io.attend.app;

import io.attend.architecture.Architecture;
import io.attend.architecture.Topology;
import io.attend.cost.Costs;
import io.attend.inspect.Tree;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.optimizer.AdamW;
import io.attend.tensor.DType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "inspect",
        description =
                "Show what a model is made of and costs: every parameter with its shape, repeated blocks folded. Or draw what"
                        + " a position or a mask does: --position Rotary --draw map.html.")
final class Inspect implements Callable<Integer> {
    private static final long USUAL = 512;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description =
                    "A run folder, a Hugging Face one, a GGUF file, an architecture.json, or transformer-base, transformer-big, gpt2, bert-base.")
    private @Nullable String model;

    @Option(names = "--architecture", description = "Show the architecture as JSON, ready to be changed and trained.")
    private boolean architecture;

    @Option(
            names = "--tokens",
            paramLabel = "T",
            description = "How many to count operations and memory for: 512 or 2k (default: 512, or fewer"
                    + " where the model has learned fewer places).")
    private @Nullable String tokens;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Of weights and cache: float32, bfloat16 (${DEFAULT-VALUE}).")
    private DType type = DType.FLOAT32;

    @Option(names = "--json", description = "Every parameter as one JSON object.")
    private boolean json;

    @Mixin
    private final Draw draw = new Draw();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (draw.asked()) {
            if (model != null) {
                throw new UsageException("name a model or draw a position, not both");
            }
            draw.write(spec.commandLine().getOut());
            return 0;
        }
        if (model == null) {
            throw new UsageException("name a model to inspect, or draw a --position or a --mask");
        }
        Architecture read = Architectures.read(model);
        List<Parameter> weights = Transformer.parameters(read).stream()
                .filter(p -> p.kind() == Parameter.Kind.WEIGHT)
                .toList();
        long count = weights.stream().mapToLong(p -> p.shape().count()).sum();
        long length = tokens == null ? usual(read) : CostCommand.tokens(tokens);
        Costs costs = costs(read, length);
        var out = spec.commandLine().getOut();
        if (architecture) {
            out.print(read.toJson());
        } else if (json) {
            Map<String, Object> shapes = new LinkedHashMap<>();
            weights.forEach(p -> shapes.put(p.name(), p.shape().toArray()));
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("parameters", count);
            all.put("shapes", shapes);
            all.put("tokens", length);
            all.put("forwardFlops", costs.forwardFlops());
            all.put("weightBytes", costs.weightBytes());
            all.put("cacheBytes", costs.cacheBytes());
            all.put("trainingBytes", costs.trainingBytes());
            Output.json(out, all);
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s of width %,d: %,d parameters%n",
                    read.topology().getClass().getSimpleName(),
                    read.width(),
                    count);
            out.printf(
                    Locale.ROOT,
                    "over %,d tokens: %s operations; in %s: weights %s, cache %s, a training step with AdamW %s%n",
                    length,
                    Output.flops(costs.forwardFlops()),
                    type,
                    Output.bytes(costs.weightBytes()),
                    Output.bytes(costs.cacheBytes()),
                    Output.bytes(costs.trainingBytes()));
            out.print(Tree.of(read));
        }
        out.flush();
        return 0;
    }

    private Costs costs(Architecture architecture, long length) {
        return Costs.of(architecture, Topology.Sizes.batch(1).length(length), type, AdamW.EXAMPLE::numbers);
    }

    /// 512 tokens, or half as many until the model has a place for all.
    private long usual(Architecture architecture) {
        long length = USUAL;
        while (length > 1 && !fits(architecture, length)) {
            length /= 2;
        }
        return length;
    }

    private boolean fits(Architecture architecture, long length) {
        try {
            costs(architecture, length);
            return true;
        } catch (IllegalArgumentException _) { // more tokens than it has places for
            return false;
        }
    }
}
