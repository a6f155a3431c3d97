package io.attend.app;

import io.attend.architecture.Sublayer;
import io.attend.layer.Cost;
import io.attend.layer.Growth;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Site;
import io.attend.measure.Bench;
import io.attend.measure.Figure;
import io.attend.measure.Measured;
import io.attend.measure.Mixers;
import io.attend.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "efficient",
        description = {
            "List the ways to mix positions that fit a length and a memory, the fastest first, with what attend bench"
                    + " attention measured of them.",
            "Memory is that of a training pass over one text by the layers' own count, all layers' kept numbers and weights;"
                    + " measured figures are of one layer in the bench's size."
        })
final class CatalogueEfficient implements Callable<Integer> {
    @Option(names = "--length", paramLabel = "T", description = "Tokens of a text, 512 or 8k (${DEFAULT-VALUE}).")
    private String length = "8k";

    @Option(
            names = "--memory",
            paramLabel = "BYTES",
            description = "There may be, 500M or 2G (half of what the machine has).")
    private Optional<String> memory = Optional.empty();

    @Option(names = "--width", paramLabel = "E", description = "Of the model (${DEFAULT-VALUE}).")
    private int width = Bench.USUAL.width();

    @Option(names = "--heads", paramLabel = "H", description = "Of the model (${DEFAULT-VALUE}).")
    private int heads = Bench.USUAL.heads();

    @Option(names = "--layers", paramLabel = "N", description = "Of the model (${DEFAULT-VALUE}).")
    private int layers = 1;

    @Option(names = "--causal", description = "Only what can generate from left to right.")
    private boolean causal;

    @Option(names = "--exact", description = "Only what gives softmax attention over all positions.")
    private boolean exact;

    @Option(
            names = "--constant-state",
            description = "Only what remembers no more the longer it generates; implies --causal.")
    private boolean constant;

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description =
                    "Measurements by attend bench attention --write FILE instead of those that travel with Attend.")
    private Optional<Path> table = Optional.empty();

    @Option(names = "--json", description = "One JSON object a variant.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /// @param bytes of a training pass by the layer's own count
    /// @param state bytes remembered behind so many tokens
    private record Candidate(
            String name,
            Sublayer mixer,
            double bytes,
            double state,
            Optional<Measured> measured,
            Optional<Figure> near) {}

    @Override
    public Integer call() {
        long tokens = CostCommand.tokens(length);
        double most = memory.map(Sizes::bytes).orElseGet(() -> Sizes.machine() / 2);
        if (layers < 1) {
            throw new UsageException("a model has at least 1 layer, not " + layers);
        }
        Bench bench;
        try {
            bench = new Bench(width, heads);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        Map<String, Measured> measurements = measurements();
        List<Candidate> fitting = new ArrayList<>();
        int without = 0;
        for (Map.Entry<String, Sublayer> entry : Mixers.eachWay().entrySet()) {
            Sublayer mixer = entry.getValue();
            Growth growth = mixer.growth();
            if ((causal || constant) && !mixer.causal()
                    || exact && !growth.exact()
                    || constant && growth.state().power() > 0) {
                continue;
            }
            Optional<Candidate> candidate = candidate(
                    entry.getKey(), mixer, bench, tokens, Optional.ofNullable(measurements.get(entry.getKey())));
            if (candidate.isPresent() && candidate.get().bytes <= most) {
                fitting.add(candidate.get());
            } else {
                without++;
            }
        }
        fitting.sort(Comparator.comparingDouble(CatalogueEfficient::seconds));
        if (json) {
            fitting.forEach(one -> Output.json(spec.commandLine().getOut(), fields(one)));
        } else {
            print(fitting, without, tokens, most);
        }
        return 0;
    }

    private Map<String, Measured> measurements() {
        if (table.isEmpty()) {
            return Measured.committed();
        }
        try {
            return Measured.read(Files.readString(table.get()));
        } catch (IOException e) {
            throw new UncheckedIOException(table.get() + ": cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(table.get() + " is no table of measurements: " + e.getMessage());
        }
    }

    private Optional<Candidate> candidate(
            String name, Sublayer mixer, Bench bench, long tokens, Optional<Measured> measured) {
        try {
            Parameters recorded = Parameters.root();
            Cost cost = mixer.typical(bench.width(), bench.heads(), tokens)
                    .build(recorded, Site.width(bench.width()))
                    .cost(Load.batch(1).length(tokens));
            double weights =
                    recorded.all().stream().mapToDouble(p -> p.shape().count()).sum();
            double numbers = layers * (2 * weights + cost.saved()) + cost.working() + 4.0 * tokens * bench.width();
            Optional<Figure> near = measured.filter(one -> !one.figures().isEmpty())
                    .map(one -> one.figures().stream()
                            .filter(figure -> figure.length() <= tokens)
                            .reduce((_, later) -> later)
                            .orElseGet(() -> one.figures().getFirst()));
            return Optional.of(new Candidate(
                    name,
                    mixer,
                    DType.FLOAT32.bytes() * numbers,
                    DType.FLOAT32.bytes() * layers * cost.state(),
                    measured,
                    near));
        } catch (IllegalArgumentException | ArithmeticException _) { // takes no text so long
            return Optional.empty();
        }
    }

    /// What was not measured is last.
    private static double seconds(Candidate one) {
        return one.near.map(Figure::training).orElse(Double.POSITIVE_INFINITY);
    }

    private void print(List<Candidate> fitting, int without, long tokens, double most) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "variant", "sees", "exact", "time", "memory", "state", "measured at", "forward", "both", "peak"
        });
        for (Candidate one : fitting) {
            Growth growth = one.mixer.growth();
            rows.add(new String[] {
                one.name,
                one.mixer.causal() ? "back" : "both ways",
                growth.exact() ? "yes" : "no",
                growth.time().toString(),
                Output.bytes(one.bytes),
                one.mixer.causal() ? Output.bytes(one.state) : "-",
                one.near
                        .map(figure -> String.format(Locale.ROOT, "%,d", figure.length()))
                        .orElse("never"),
                one.near.map(figure -> BenchAttention.seconds(figure.forward())).orElse(""),
                one.near
                        .map(figure -> BenchAttention.seconds(figure.training()))
                        .orElse(""),
                one.near
                        .filter(figure -> figure.trainingBytes().isPresent())
                        .map(figure -> Output.bytes(figure.trainingBytes().getAsDouble()))
                        .orElse("")
            });
        }
        var out = spec.commandLine().getOut();
        if (!fitting.isEmpty()) {
            Output.table(out, rows);
            out.println();
        }
        out.printf(
                Locale.ROOT,
                "%d fit %,d tokens into %s (%d layers of width %d, %d heads), %d do not.%n",
                fitting.size(),
                tokens,
                Output.bytes(most),
                layers,
                width,
                heads,
                without);
        fitting.stream()
                .flatMap(one -> one.measured.stream())
                .findFirst()
                .ifPresent(one -> out.printf(
                        "Measured: one layer of width %d with %d heads, %d threads, %s, %s: %s%n",
                        one.width(), one.heads(), one.threads(), one.machine(), one.date(), one.command()));
    }

    private static Map<String, Object> fields(Candidate one) {
        Growth growth = one.mixer.growth();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("variant", one.name);
        fields.put("causal", one.mixer.causal());
        fields.put("exact", growth.exact());
        fields.put("time", growth.time().toString());
        fields.put("bytes", one.bytes);
        fields.put("stateBytes", one.state);
        one.near.ifPresent(figure -> {
            fields.put("measuredAt", figure.length());
            fields.put("forward", figure.forward());
            fields.put("training", figure.training());
            figure.trainingBytes().ifPresent(bytes -> fields.put("trainingBytes", bytes));
        });
        one.measured.ifPresent(measured -> {
            fields.put("command", measured.command());
            fields.put("machine", measured.machine());
            fields.put("date", measured.date());
        });
        return fields;
    }
}
