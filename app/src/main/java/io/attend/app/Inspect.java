package io.attend.app;

import io.attend.architecture.Architecture;
import io.attend.inspect.Tree;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
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
                "Show what a model is made of: every parameter with its shape, repeated blocks folded. Or draw what"
                        + " a position or a mask does: --position Rotary --draw map.html.")
final class Inspect implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description = "A run folder, an architecture.json, or transformer-base, transformer-big, gpt2, bert-base.")
    private @Nullable String model;

    @Option(names = "--architecture", description = "Show the architecture as JSON, ready to be changed and trained.")
    private boolean architecture;

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
        var out = spec.commandLine().getOut();
        if (architecture) {
            out.print(read.toJson());
        } else if (json) {
            Map<String, Object> shapes = new LinkedHashMap<>();
            weights.forEach(p -> shapes.put(p.name(), p.shape().toArray()));
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("parameters", count);
            all.put("shapes", shapes);
            Output.json(out, all);
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s of width %,d: %,d parameters%n",
                    read.topology().getClass().getSimpleName(),
                    read.width(),
                    count);
            out.print(Tree.of(read));
        }
        out.flush();
        return 0;
    }
}
