package io.attend.app;

import io.attend.architecture.Architecture;
import io.attend.architecture.Topology;
import io.attend.cost.Costs;
import io.attend.cost.Scaling;
import io.attend.optimizer.AdamW;
import io.attend.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "cost",
        description =
                "What a model costs, without building it: parameters exactly, operations and bytes by its layers' own formulas.")
final class CostCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "MODEL",
            description =
                    "Run folders, architecture.json files, or transformer-base, transformer-big, lstm, bahdanau, luong, convolutional,"
                            + " gpt2, bert-base.")
    private List<String> models;

    @Option(
            names = "--lengths",
            split = ",",
            paramLabel = "T",
            description = "Tokens a sequence: 512 or 2k; several by comma (${DEFAULT-VALUE}).")
    private List<String> lengths = List.of("128", "512");

    @Option(names = "--batch", paramLabel = "B", description = "Sequences at once (${DEFAULT-VALUE}).")
    private int batch = 1;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Of weights, activations and cache: float32, bfloat16 (${DEFAULT-VALUE}).")
    private DType type = DType.FLOAT32;

    @Option(names = "--plot", paramLabel = "FILE", description = "Draw the costs over length into an HTML file.")
    private Optional<Path> plot = Optional.empty();

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (batch < 1) {
            throw new UsageException("the batch must be at least 1, not " + batch);
        }
        Map<String, Architecture> architectures = new LinkedHashMap<>();
        Optional<IllegalArgumentException> refused = Optional.empty();
        boolean any = false;
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "model",
            "length",
            "parameters",
            "forward",
            "step",
            "weights",
            "optimizer",
            "activations",
            "peak",
            "cache",
            "sequential",
            "path"
        });
        for (String model : models) {
            Architecture architecture = Architectures.read(model);
            architectures.put(model, architecture);
            for (String length : lengths) {
                long tokens = tokens(length);
                Costs costs;
                try {
                    costs = Costs.of(
                            architecture, Topology.Sizes.batch(batch).length(tokens), type, AdamW.EXAMPLE::numbers);
                    any = true;
                } catch (IllegalArgumentException e) { // more tokens than the model has learned positions for
                    refused = Optional.of(e);
                    String reason = Objects.requireNonNullElse(e.getMessage(), e.toString());
                    if (json) {
                        Output.json(
                                spec.commandLine().getOut(),
                                Map.of("model", model, "batch", batch, "length", tokens, "refused", reason));
                    }
                    rows.add(new String[] {model, String.format(Locale.ROOT, "%,d", tokens), reason});
                    continue;
                }
                Scaling scaling =
                        Scaling.of(architecture, Topology.Sizes.batch(batch).length(tokens));
                if (json) {
                    Output.json(spec.commandLine().getOut(), fields(model, tokens, costs, scaling, architecture));
                }
                rows.add(new String[] {
                    model,
                    String.format(Locale.ROOT, "%,d", tokens),
                    String.format(Locale.ROOT, "%,d", costs.parameters()),
                    Output.flops(costs.forwardFlops()),
                    Output.flops(costs.trainingFlops()),
                    Output.bytes(costs.weightBytes()),
                    Output.bytes(costs.optimizerBytes()),
                    Output.bytes(costs.activationBytes()),
                    Output.bytes(costs.trainingBytes()),
                    Output.bytes(costs.cacheBytes()),
                    String.format(Locale.ROOT, "%,d", scaling.sequentialSteps()),
                    scaling.longestPath().isPresent()
                            ? String.format(
                                    Locale.ROOT, "%,d", scaling.longestPath().getAsLong())
                            : "never"
                });
            }
        }
        if (!any) {
            throw refused.orElseThrow();
        }
        plot.ifPresent(file -> plot(file, architectures));
        if (!json) {
            Output.table(spec.commandLine().getOut(), rows);
            spec.commandLine()
                    .getOut()
                    .println(
                            "forward, step: operations (FLOPs) of a forward pass and of a training step; optimizer: AdamW; peak: memory of"
                                    + " a training step; sequential: steps that wait for each other; path: steps from the first position to"
                                    + " the last; batch " + batch + ", " + type);
            architectures.forEach((model, architecture) -> Scaling.overtakes(architecture)
                    .ifPresent(tokens -> spec.commandLine()
                            .getOut()
                            .printf(
                                    Locale.ROOT,
                                    "%s: what mixes positions takes more operations than the feed-forward from %,d tokens on%n",
                                    model,
                                    tokens)));
        }
        return 0;
    }

    private Map<String, Object> fields(
            String model, long tokens, Costs costs, Scaling scaling, Architecture architecture) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("model", model);
        fields.put("batch", batch);
        fields.put("length", tokens);
        fields.put("type", type.toString());
        fields.put("parameters", costs.parameters());
        fields.put("forwardFlops", costs.forwardFlops());
        fields.put("trainingFlops", costs.trainingFlops());
        fields.put("weightBytes", costs.weightBytes());
        fields.put("gradientBytes", costs.gradientBytes());
        fields.put("optimizerBytes", costs.optimizerBytes());
        fields.put("activationBytes", costs.activationBytes());
        fields.put("trainingBytes", costs.trainingBytes());
        fields.put("cacheBytes", costs.cacheBytes());
        fields.put("sequentialSteps", scaling.sequentialSteps());
        scaling.longestPath().ifPresent(path -> fields.put("longestPath", path));
        Scaling.overtakes(architecture).ifPresent(length -> fields.put("overtakesFeedForwardAt", length));
        return fields;
    }

    /// Lines from the shortest to the longest length; a model's end where it takes no more tokens.
    private void plot(Path file, Map<String, Architecture> architectures) {
        long shortest = lengths.stream().mapToLong(CostCommand::tokens).min().orElseThrow();
        long longest = lengths.stream().mapToLong(CostCommand::tokens).max().orElseThrow();
        if (shortest == longest) {
            throw new UsageException("a plot needs two lengths to go from and to; write --lengths 128,8k");
        }
        CostPlot plot = new CostPlot(shortest, longest);
        architectures.forEach((model, architecture) -> plot.add(
                model,
                length -> Costs.of(
                        architecture, Topology.Sizes.batch(batch).length(length), type, AdamW.EXAMPLE::numbers),
                length -> Scaling.of(architecture, Topology.Sizes.batch(batch).length(length)),
                Scaling.overtakes(architecture)));
        try {
            Files.writeString(file, plot.html("batch " + batch + ", " + type + ", AdamW"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + "; name another file with --plot", e);
        }
    }

    static long tokens(String length) {
        if (!length.matches("[1-9]\\d{0,8}k?")) {
            throw new UsageException("\"" + length + "\" is not a length; write 512 or 2k");
        }
        return length.endsWith("k")
                ? 1024 * Long.parseLong(length.substring(0, length.length() - 1))
                : Long.parseLong(length);
    }
}
