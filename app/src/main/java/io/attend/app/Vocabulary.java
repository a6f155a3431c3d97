package io.attend.app;

import io.attend.checkpoint.Atomic;
import io.attend.training.report.Progress;
import io.attend.vocabulary.Candidate;
import io.attend.vocabulary.Study;
import io.attend.vocabulary.StudyPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "vocabulary",
        description = {
            "Which vocabulary suits these texts: several kinds and sizes are trained and measured, what they would cost a"
                    + " model is counted, and a small model is trained with each.",
            "Prints a table and one recommendation, and writes a report and the recommended tokenizer.json."
        })
final class Vocabulary implements Callable<Integer> {
    /// Without held-out texts of their own, every twentieth line is held out.
    private static final int HELD_OUT = 20;

    private static final int PARTS = 1000;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "UTF-8 texts, one a line; .gz files are unpacked.")
    private List<Path> files;

    @Option(
            names = "--held-out",
            paramLabel = "FILE",
            description = "Texts to measure on; every twentieth line of the others if there is none.")
    private Optional<Path> heldOut = Optional.empty();

    @Option(
            names = "--algorithms",
            split = ",",
            paramLabel = "NAME",
            description = "bpe, byte-level-bpe, bytes, characters, unigram, word-level, wordpiece (all but bytes).")
    private List<String> algorithms = List.of();

    @Option(names = "--sizes", split = ",", paramLabel = "V", description = "Tokens, say 1k,4k,100k (1k to 32k).")
    private List<String> sizes = List.of();

    @Option(
            names = "--normalize",
            split = ",",
            paramLabel = "RULE",
            description =
                    "What is done to every text first: nfc, nfd, nfkc, nfkd, nmt, lowercase, strip-accents, in this order (none).")
    private List<String> rules = List.of("none");

    @Option(names = "--width", paramLabel = "E", description = "Of the model the vocabulary is for (${DEFAULT-VALUE}).")
    private int width = Study.USUAL.meant().width();

    @Option(names = "--layers", paramLabel = "N", description = "Of that model (${DEFAULT-VALUE}).")
    private int layers = Study.USUAL.meant().blocks();

    @Option(
            names = "--page",
            paramLabel = "N",
            description = "Characters that model reads at once, for counting its cost (${DEFAULT-VALUE}).")
    private int page = Study.USUAL.meant().page();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Of training the small model; 0 leaves it out (${DEFAULT-VALUE}).")
    private int steps = Study.USUAL.proxy().steps();

    @Option(names = "--seed", description = "Of the small model (${DEFAULT-VALUE}).")
    private long seed = Study.USUAL.seed();

    @Option(names = "--run", paramLabel = "DIR", description = "Where the report goes (${DEFAULT-VALUE}).")
    private Path run = Path.of("runs", "vocabulary");

    @Option(names = "--json", description = "One JSON object instead of the table.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Study study = study();
        TrainTokenizer.bytes(files);
        List<String> training = new ArrayList<>();
        List<String> measured = new ArrayList<>();
        read(training, measured);
        Study.Findings findings;
        try (Progress progress = Progress.onStandardError("vocabularies", "part")) {
            progress.begin(PARTS);
            findings = study.run(training, measured, (share, what) -> progress.step(Math.round(share * PARTS), what));
        }
        folder();
        Path report = run.resolve("report.html");
        Atomic.text(report, new StudyPage(study, findings, texts(training, measured)).html());
        Path tokenizer = run.resolve("tokenizer.json");
        Atomic.text(tokenizer, findings.tokenizer().toJson());
        var out = spec.commandLine().getOut();
        if (json) {
            Output.json(out, fields(findings, report, tokenizer));
            return 0;
        }
        Output.table(out, rows(findings));
        out.printf("%n%s%n%nreport: %s%ntokenizer: %s%n", findings.best().reason(), report, tokenizer);
        return 0;
    }

    private Study study() {
        try {
            return new Study(
                    algorithms.isEmpty()
                            ? Study.USUAL.algorithms()
                            : algorithms.stream()
                                    .map(TrainTokenizer::algorithm)
                                    .distinct()
                                    .toList(),
                    sizes.isEmpty()
                            ? Study.USUAL.sizes()
                            : sizes.stream().map(Vocabulary::size).toList(),
                    TrainTokenizer.normalizer(rules),
                    new Study.Meant(width, layers, page),
                    Study.USUAL.proxy().steps(steps),
                    seed);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static int size(String text) {
        if (!text.matches("[1-9]\\d{0,6}k?") || text.length() > 6) {
            throw new UsageException("\"" + text + "\" is not a size; write 4000 or 4k");
        }
        return text.endsWith("k")
                ? 1000 * Integer.parseInt(text.substring(0, text.length() - 1))
                : Integer.parseInt(text);
    }

    private void read(List<String> training, List<String> measured) {
        int at = 0;
        for (String line : Texts.training(files, false, new LongAdder())) {
            boolean held = heldOut.isEmpty() && at++ % HELD_OUT == HELD_OUT - 1;
            (held ? measured : training).add(line);
        }
        heldOut.ifPresent(file -> {
            TrainTokenizer.bytes(List.of(file));
            Texts.training(List.of(file), false, new LongAdder()).forEach(measured::add);
        });
    }

    private String texts(List<String> training, List<String> measured) {
        String names = files.stream().map(f -> f.getFileName().toString()).collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%s: vocabularies learned from %,d texts of %,d characters, measured on %,d texts of %,d characters%s.",
                names,
                training.size(),
                characters(training),
                measured.size(),
                characters(measured),
                heldOut.map(f -> " (" + f.getFileName() + ")").orElse(" (every twentieth line, held out)"));
    }

    private static long characters(List<String> texts) {
        return texts.stream().mapToLong(t -> t.codePointCount(0, t.length())).sum();
    }

    private void folder() {
        try {
            Files.createDirectories(run);
        } catch (IOException e) {
            throw new UncheckedIOException(run + ": cannot be made a folder: " + e.getMessage(), e);
        }
    }

    private static List<String[]> rows(Study.Findings findings) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "vocabulary",
            "tokens",
            "coverage",
            "unknown",
            "returned",
            "bytes/token",
            "tokens/word",
            "table",
            "page",
            "attention",
            "FLOP/char",
            "bits/char"
        });
        for (Candidate c : findings.candidates()) {
            rows.add(new String[] {
                (c.equals(findings.best().candidate()) ? "* " : "  ")
                        + c.algorithm().label(),
                String.format(Locale.ROOT, "%,d", c.size()),
                String.format(Locale.ROOT, "%.2f%%", 100 * c.coverage()),
                String.format(Locale.ROOT, "%.2f%%", 100 * c.unknownRate()),
                String.format(Locale.ROOT, "%.1f%%", 100 * c.returnRate()),
                String.format(Locale.ROOT, "%.2f", c.compression()),
                String.format(Locale.ROOT, "%.2f", c.tokensPerWord()),
                Output.flops(c.embeddingParameters()),
                String.format(Locale.ROOT, "%,d", c.length()),
                Output.flops(c.attentionFlops()),
                Output.flops(c.flopsPerCharacter()),
                c.bitsPerCharacter().isPresent()
                        ? String.format(
                                Locale.ROOT, "%.3f", c.bitsPerCharacter().orElseThrow())
                        : ""
            });
        }
        return rows;
    }

    private static Map<String, Object> fields(Study.Findings findings, Path report, Path tokenizer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(
                "candidates",
                findings.candidates().stream().map(Vocabulary::fields).toList());
        fields.put("recommended", fields(findings.best().candidate()));
        fields.put("reason", findings.best().reason());
        fields.put("report", report.toString());
        fields.put("tokenizer", tokenizer.toString());
        return fields;
    }

    private static Map<String, Object> fields(Candidate c) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("algorithm", c.algorithm().label());
        fields.put("size", c.size());
        fields.put("coverage", c.coverage());
        fields.put("unknownRate", c.unknownRate());
        fields.put("returnRate", c.returnRate());
        fields.put("bytesPerToken", c.compression());
        fields.put("charactersPerToken", c.charactersPerToken());
        fields.put("tokensPerWord", c.tokensPerWord());
        fields.put("embeddingParameters", c.embeddingParameters());
        fields.put("tokensPerPage", c.length());
        fields.put("attentionFlops", c.attentionFlops());
        fields.put("flopsPerCharacter", c.flopsPerCharacter());
        c.bitsPerCharacter().ifPresent(bits -> fields.put("bitsPerCharacter", bits));
        return fields;
    }
}
