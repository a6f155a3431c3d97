package io.attend.app;

import io.attend.architecture.Architecture;
import io.attend.architecture.Topology;
import io.attend.cost.Costs;
import io.attend.optimizer.AdamW;
import io.attend.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
                    "Run folders, architecture.json files, or transformer-base, transformer-big, gpt2, bert-base.")
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

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (batch < 1) {
            throw new UsageException("the batch must be at least 1, not " + batch);
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "model",
            "length",
            "parameters",
            "forward",
            "step",
            "weights",
            "gradients",
            "optimizer",
            "activations",
            "cache"
        });
        for (String model : models) {
            Architecture architecture = Architectures.read(model);
            for (String length : lengths) {
                long tokens = tokens(length);
                Costs costs = Costs.of(
                        architecture, Topology.Sizes.batch(batch).length(tokens), type, AdamW.EXAMPLE::numbers);
                if (json) {
                    Output.json(spec.commandLine().getOut(), fields(model, tokens, costs));
                }
                rows.add(new String[] {
                    model,
                    String.format(Locale.ROOT, "%,d", tokens),
                    String.format(Locale.ROOT, "%,d", costs.parameters()),
                    Output.flops(costs.forwardFlops()),
                    Output.flops(costs.trainingFlops()),
                    Output.bytes(costs.weightBytes()),
                    Output.bytes(costs.gradientBytes()),
                    Output.bytes(costs.optimizerBytes()),
                    Output.bytes(costs.activationBytes()),
                    Output.bytes(costs.cacheBytes())
                });
            }
        }
        if (!json) {
            Output.table(spec.commandLine().getOut(), rows);
            spec.commandLine()
                    .getOut()
                    .println(
                            "forward, step: operations (FLOPs) of a forward pass and of a training step; optimizer: AdamW; batch "
                                    + batch + ", " + type);
        }
        return 0;
    }

    private Map<String, Object> fields(String model, long tokens, Costs costs) {
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
        fields.put("cacheBytes", costs.cacheBytes());
        return fields;
    }

    private static long tokens(String length) {
        if (!length.matches("[1-9]\\d{0,8}k?")) {
            throw new UsageException("\"" + length + "\" is not a length; write 512 or 2k");
        }
        return length.endsWith("k")
                ? 1024 * Long.parseLong(length.substring(0, length.length() - 1))
                : Long.parseLong(length);
    }
}
