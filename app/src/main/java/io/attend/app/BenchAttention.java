package io.attend.app;

import io.attend.architecture.Sublayer;
import io.attend.checkpoint.Atomic;
import io.attend.layer.Growth;
import io.attend.layer.Rate;
import io.attend.measure.Bench;
import io.attend.measure.Figure;
import io.attend.measure.Growing;
import io.attend.measure.Measured;
import io.attend.measure.Mixers;
import io.attend.tensor.Threads;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "attention",
        description = {
            "Measure how time and memory of every way to mix positions grow with the length of a text, beside what its"
                    + " paper claims.",
            "Of each variant one layer is measured in the size people use it in, on one text: the median of passes made in"
                    + " turns, and the peak of memory in a process of its own."
        })
final class BenchAttention implements Callable<Integer> {
    /// How far a measured exponent may be from the claimed one.
    private static final double APART = 0.15;

    private static final Map<Boolean, String> EXACT =
            Map.of(true, "SoftmaxAttention.CAUSAL", false, "SoftmaxAttention.EXAMPLE");

    @Option(
            names = "--lengths",
            split = ",",
            paramLabel = "T",
            description = "Tokens of the text, 512 or 2k; several by comma (${DEFAULT-VALUE}).")
    private List<String> lengths = List.of("512", "1k", "2k", "4k", "8k", "16k", "32k");

    @Option(
            names = "--variants",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Variants, SoftmaxAttention, or their examples, SoftmaxAttention.GROUPED (all; exact attention"
                            + " always).")
    private List<String> variants = List.of();

    @Option(names = "--width", paramLabel = "E", description = "Of the vectors (${DEFAULT-VALUE}).")
    private int width = Bench.USUAL.width();

    @Option(names = "--heads", paramLabel = "H", description = "Of what has any (${DEFAULT-VALUE}).")
    private int heads = Bench.USUAL.heads();

    @Option(names = "--threads", paramLabel = "N", description = "Of the engine (one a processor).")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--memory",
            paramLabel = "BYTES",
            description = "A pass may take, 500M or 2G (half of what the machine has).")
    private Optional<String> memory = Optional.empty();

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            description = "A pass forward and backward may take; longer texts are left out (${DEFAULT-VALUE}).")
    private double patience = 60;

    @Option(names = "--html", paramLabel = "FILE", description = "Draw time and memory over length into an HTML file.")
    private Optional<Path> html = Optional.empty();

    @Option(
            names = "--write",
            paramLabel = "FILE",
            description = "Put the measurements into a table, one variant a line in JSON, in place of older ones.")
    private Optional<Path> write = Optional.empty();

    @Option(names = "--json", description = "One JSON object a variant instead of the table.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Map<String, Sublayer> mixers = chosen();
        Growing growing;
        try {
            growing = new Growing(
                    new Bench(width, heads),
                    lengths.stream().map(CostCommand::tokens).toList(),
                    threads.orElseGet(Threads::count),
                    memory.map(Sizes::bytes).orElseGet(() -> Sizes.machine() / 2),
                    patience);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        Growing.Outcome outcome;
        try (Progress progress = Progress.onStandardError("attention", "length")) {
            outcome = growing.of(
                    mixers, command(), LocalDate.now(ZoneId.systemDefault()).toString(), progress);
        }
        Map<String, Measured> measured = new LinkedHashMap<>();
        outcome.measured().forEach(one -> measured.put(one.mixer(), one));
        write.ifPresent(file -> write(file, measured));
        html.ifPresent(file -> Atomic.text(
                file, new GrowthPage(measured, mixers, growing.lengths()).html(command(), exact(measured))));
        if (json) {
            measured.values()
                    .forEach(one ->
                            Output.json(spec.commandLine().getOut(), fields(one, mixers, measured, outcome.left())));
        } else {
            print(outcome, mixers, measured);
        }
        return 0;
    }

    /// Examples by their names, and by names of variants those that look either way.
    static Map<String, Sublayer> named(List<String> variants) {
        Map<String, Sublayer> each = Mixers.eachWay();
        Map<String, Sublayer> all = Mixers.examples();
        Map<String, Sublayer> chosen = new LinkedHashMap<>();
        for (String name : variants) {
            if (all.containsKey(name)) {
                chosen.put(name, Objects.requireNonNull(all.get(name)));
                continue;
            }
            Map<String, Sublayer> both = new LinkedHashMap<>(each);
            both.keySet().removeIf(one -> !one.startsWith(name + "."));
            if (both.isEmpty()) {
                throw new UsageException("there is no variant " + name + " that mixes positions; there are "
                        + String.join(
                                ", ",
                                each.keySet().stream()
                                        .map(one -> one.substring(0, one.indexOf('.')))
                                        .distinct()
                                        .toList()));
            }
            chosen.putAll(both);
        }
        return chosen;
    }

    /// Those asked for and, first, the exact attention each is held against.
    private Map<String, Sublayer> chosen() {
        Map<String, Sublayer> chosen = variants.isEmpty() ? Mixers.eachWay() : named(variants);
        Map<String, Sublayer> withExact = new LinkedHashMap<>();
        Map<String, Sublayer> all = Mixers.examples();
        EXACT.forEach((causal, name) -> {
            if (chosen.values().stream().anyMatch(mixer -> mixer.causal() == causal)) {
                withExact.put(name, Objects.requireNonNull(all.get(name)));
            }
        });
        withExact.putAll(chosen);
        return withExact;
    }

    /// As it was given, without where results go.
    private String command() {
        List<String> given = new ArrayList<>(spec.commandLine().getParseResult().originalArgs());
        for (String where : List.of("--write", "--html")) {
            given.removeIf(word -> word.startsWith(where + "="));
            int at = given.indexOf(where);
            if (at >= 0) {
                given.subList(at, at + 2).clear();
            }
        }
        return "attend " + String.join(" ", given);
    }

    private static void write(Path file, Map<String, Measured> measured) {
        try {
            Map<String, Measured> table = new TreeMap<>();
            if (Files.exists(file)) {
                table.putAll(Measured.read(Files.readString(file)));
            }
            measured.values().stream()
                    .filter(one -> !one.figures().isEmpty())
                    .forEach(one -> table.put(one.mixer(), one));
            Atomic.text(file, Measured.lines(table));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(file + " is no table of measurements: " + e.getMessage());
        }
    }

    private static Map<String, Optional<Measured>> exact(Map<String, Measured> measured) {
        Map<String, Optional<Measured>> exact = new LinkedHashMap<>();
        EXACT.values().forEach(name -> exact.put(name, Optional.ofNullable(measured.get(name))));
        return exact;
    }

    /// Where a mixer takes less time than exact attention in the same direction.
    private static OptionalDouble crossing(
            Measured one, Sublayer mixer, Map<String, Measured> measured, ToDoubleFunction<Figure> what) {
        String name = Objects.requireNonNull(EXACT.get(mixer.causal()));
        Measured exact = measured.get(name);
        return exact == null || name.equals(one.mixer()) ? OptionalDouble.empty() : one.crossing(exact, what);
    }

    private void print(Growing.Outcome outcome, Map<String, Sublayer> mixers, Map<String, Measured> measured) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "variant",
            "sees",
            "tokens",
            "forward",
            "both",
            "time",
            "counted",
            "fitted",
            "both",
            "memory",
            "bytes",
            "fitted",
            "beats exact"
        });
        for (Measured one : outcome.measured()) {
            Sublayer mixer = Objects.requireNonNull(mixers.get(one.mixer()));
            Growth claim = mixer.growth();
            String sees = mixer.causal() ? "back" : "both ways";
            if (one.figures().isEmpty()) {
                rows.add(new String[] {one.mixer(), sees, "not measured"});
                continue;
            }
            Figure longest = one.figures().getLast();
            OptionalDouble counted = counted(one, mixer);
            rows.add(new String[] {
                one.mixer(),
                sees,
                String.format(Locale.ROOT, "%,d", longest.length()),
                seconds(longest.forward()),
                seconds(longest.training()),
                claim.time().toString(),
                counted.isEmpty() ? "" : String.format(Locale.ROOT, "%.2f", counted.getAsDouble()),
                fitted(one, Figure::forward, counted),
                fitted(one, Figure::training, counted),
                claim.memory().toString(),
                longest.trainingBytes().isPresent()
                        ? Output.bytes(longest.trainingBytes().getAsDouble())
                        : "",
                fitted(one, BenchAttention::bytes, claimed(one, claim.memory())),
                one.mixer().equals(EXACT.get(mixer.causal()))
                        ? ""
                        : from(crossing(one, mixer, measured, Figure::training))
            });
        }
        var out = spec.commandLine().getOut();
        Output.table(out, rows);
        out.printf(
                Locale.ROOT,
                "%nAt the longest text measured: time forward and both ways, peak of memory both ways beyond weights. Time and"
                        + " memory: how they grow by the paper; counted: the exponent of T over the last three doublings"
                        + " by the layer's own count of operations, projections included; fitted: as measured; ! where"
                        + " more than %.2f from what is counted, or claimed of memory. Beats exact: tokens from which on"
                        + " both ways take less time than exact attention's. Width %d, %d heads, %d threads, %s seconds;"
                        + " %s%n",
                APART,
                width,
                heads,
                outcome.measured().getFirst().threads(),
                outcome.measured().getFirst().threads() == 1 ? "processor" : "clock",
                outcome.measured().getFirst().machine());
        outcome.left()
                .forEach(left ->
                        out.printf(Locale.ROOT, "%s at %,d tokens: %s%n", left.mixer(), left.length(), left.reason()));
    }

    static double bytes(Figure figure) {
        return figure.trainingBytes().orElse(0);
    }

    private static String fitted(Measured one, ToDoubleFunction<Figure> what, OptionalDouble expected) {
        OptionalDouble exponent = one.exponent(what);
        return exponent.isEmpty() || expected.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.2f%s",
                        exponent.getAsDouble(),
                        Math.abs(exponent.getAsDouble() - expected.getAsDouble()) <= APART ? "" : "!");
    }

    private OptionalDouble counted(Measured one, Sublayer mixer) {
        return one.last().size() < 2
                ? OptionalDouble.empty()
                : OptionalDouble.of(new Bench(width, heads)
                        .countedExponent(
                                mixer,
                                one.last().getFirst().length(),
                                one.last().getLast().length()));
    }

    private static OptionalDouble claimed(Measured one, Rate claim) {
        return one.last().size() < 2
                ? OptionalDouble.empty()
                : OptionalDouble.of(claim.exponent(
                        one.last().getFirst().length(), one.last().getLast().length()));
    }

    static String seconds(double seconds) {
        return seconds >= 1
                ? String.format(Locale.ROOT, "%.1f s", seconds)
                : String.format(Locale.ROOT, seconds >= 0.1 ? "%.0f ms" : "%.1f ms", 1000 * seconds);
    }

    private static String from(OptionalDouble crossing) {
        return crossing.isEmpty() ? "never" : String.format(Locale.ROOT, "%,.0f", crossing.getAsDouble());
    }

    private Map<String, Object> fields(
            Measured one, Map<String, Sublayer> mixers, Map<String, Measured> measured, List<Growing.Left> left) {
        Sublayer mixer = Objects.requireNonNull(mixers.get(one.mixer()));
        Growth claim = mixer.growth();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("variant", one.mixer());
        fields.put("causal", mixer.causal());
        fields.put("exact", claim.exact());
        fields.put(
                "claim",
                Map.of("time", claim.time().toString(), "memory", claim.memory().toString()));
        Map<String, Double> exponents = new LinkedHashMap<>();
        one.exponent(Figure::forward).ifPresent(power -> exponents.put("forward", power));
        one.exponent(Figure::training).ifPresent(power -> exponents.put("training", power));
        one.exponent(BenchAttention::bytes).ifPresent(power -> exponents.put("memory", power));
        counted(one, mixer).ifPresent(power -> exponents.put("counted", power));
        fields.put("exponents", exponents);
        crossing(one, mixer, measured, Figure::forward).ifPresent(at -> fields.put("forwardBeatsExactFrom", at));
        crossing(one, mixer, measured, Figure::training).ifPresent(at -> fields.put("trainingBeatsExactFrom", at));
        fields.put(
                "figures",
                one.figures().stream()
                        .map(figure -> {
                            Map<String, Object> numbers = new LinkedHashMap<>();
                            numbers.put("length", figure.length());
                            numbers.put("forward", figure.forward());
                            numbers.put("training", figure.training());
                            figure.forwardBytes().ifPresent(bytes -> numbers.put("forwardBytes", bytes));
                            figure.trainingBytes().ifPresent(bytes -> numbers.put("trainingBytes", bytes));
                            return numbers;
                        })
                        .toList());
        left.stream()
                .filter(other -> other.mixer().equals(one.mixer()))
                .findFirst()
                .ifPresent(other -> fields.put("left", Map.of("length", other.length(), "reason", other.reason())));
        fields.put("width", one.width());
        fields.put("heads", one.heads());
        fields.put("threads", one.threads());
        fields.put("machine", one.machine());
        return fields;
    }
}
