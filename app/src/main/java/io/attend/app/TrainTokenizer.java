package io.attend.app;

import io.attend.checkpoint.Atomic;
import io.attend.tokenizer.Algorithm;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.normalizer.Lowercase;
import io.attend.tokenizer.normalizer.Nfc;
import io.attend.tokenizer.normalizer.Nfd;
import io.attend.tokenizer.normalizer.Nfkc;
import io.attend.tokenizer.normalizer.Nfkd;
import io.attend.tokenizer.normalizer.Nmt;
import io.attend.tokenizer.normalizer.Normalizer;
import io.attend.tokenizer.normalizer.Sequence;
import io.attend.tokenizer.normalizer.StripAccents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
        name = "train",
        description = {
            "Learn a vocabulary from texts and write it as a tokenizer.json, which Hugging Face's library reads too.",
            "The same texts give the same file. A line is a text; .gz files are unpacked."
        })
final class TrainTokenizer implements Callable<Integer> {
    private static final Map<String, Algorithm> ALGORITHMS = Arrays.stream(Algorithm.values())
            .collect(Collectors.toMap(Algorithm::label, a -> a, (a, _) -> a, LinkedHashMap::new));

    /// What may be done to a text first, by name.
    private static final Map<String, Normalizer> NORMALIZERS = new LinkedHashMap<>();

    static {
        NORMALIZERS.put("nfc", new Nfc());
        NORMALIZERS.put("nfd", new Nfd());
        NORMALIZERS.put("nfkc", new Nfkc());
        NORMALIZERS.put("nfkd", new Nfkd());
        NORMALIZERS.put("nmt", new Nmt());
        NORMALIZERS.put("lowercase", new Lowercase());
        NORMALIZERS.put("strip-accents", new StripAccents());
    }

    @Parameters(
            index = "0",
            paramLabel = "ALGORITHM",
            description = "bpe, byte-level-bpe, bytes, characters, unigram, word-level or wordpiece.")
    private String algorithm;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "UTF-8 texts, one a line.")
    private List<Path> files;

    @Option(
            names = "--size",
            paramLabel = "V",
            description = "Tokens at most, special ones among them (${DEFAULT-VALUE}).")
    private int size = 32_000;

    @Option(
            names = "--min-frequency",
            paramLabel = "N",
            description = "Pairs and words that occur less often are not taken (2; characters: 1).")
    private Optional<Long> least = Optional.empty();

    @Option(
            names = "--special",
            paramLabel = "TOKEN",
            description = "One more special token, such as <sep>; may be given again.")
    private List<String> specials = List.of();

    @Option(
            names = "--normalize",
            split = ",",
            paramLabel = "RULE",
            description =
                    "What is done to a text first, instead of the algorithm's own rule: nfc, nfd, nfkc, nfkd, nmt, lowercase, strip-accents, in this order; or none.")
    private List<String> rules = List.of();

    @Option(
            names = "--output",
            paramLabel = "PATH",
            description = "The file, or the folder to put a tokenizer.json in (tokenizer.json, if there is none yet).")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--json", description = "End with the outcome as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Algorithm chosen = algorithm(algorithm);
        Algorithm.Settings settings;
        try {
            settings = chosen.settings(size).and(specials);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        settings = least.map(settings::minFrequency).orElse(settings);
        if (!rules.isEmpty()) {
            settings = settings.normalizer(normalizer(rules));
        }
        Path target = target();
        long began = System.nanoTime();
        LongAdder read = new LongAdder();
        Tokenizer trained;
        try (StepProgress progress = new StepProgress(bytes(files), read)) {
            trained = chosen.train(settings, Texts.training(files, chosen.keepsLineEnds(), read), progress);
        }
        Atomic.text(target, trained.toJson());
        double seconds = (System.nanoTime() - began) / 1e9;
        var out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("algorithm", chosen.label());
            fields.put("size", trained.size());
            fields.put("seconds", seconds);
            fields.put("output", target.toString());
            Output.json(out, fields);
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s: %,d tokens in %.1f s%s: %s%n",
                    chosen.label(),
                    trained.size(),
                    seconds,
                    trained.size() < size && chosen != Algorithm.BYTES ? " (the texts give no more)" : "",
                    target);
        }
        return 0;
    }

    /// The algorithm of a name.
    static Algorithm algorithm(String name) {
        Algorithm found = ALGORITHMS.get(name.toLowerCase(Locale.ROOT));
        if (found == null) {
            throw new UsageException(
                    "unknown algorithm " + name + "; known: " + String.join(", ", ALGORITHMS.keySet()));
        }
        return found;
    }

    /// The bytes of files.
    static long bytes(List<Path> files) {
        long sum = 0;
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException(file + ": no such file");
            }
            try {
                sum += Files.size(file);
            } catch (IOException e) {
                throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
            }
        }
        return sum;
    }

    private Path target() {
        if (output.isEmpty()) {
            Path usual = Path.of("tokenizer.json");
            if (Files.exists(usual)) {
                throw new UsageException("there is a tokenizer.json here already; say where to with --output");
            }
            return usual;
        }
        Path path = output.get();
        return Files.isDirectory(path) || !path.toString().endsWith(".json") ? folder(path) : path;
    }

    private static Path folder(Path path) {
        try {
            return Files.createDirectories(path).resolve("tokenizer.json");
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be made a folder: " + e.getMessage(), e);
        }
    }

    /// The rules by their names.
    static Optional<Normalizer> normalizer(List<String> names) {
        if (names.equals(List.of("none"))) {
            return Optional.empty();
        }
        List<Normalizer> all = names.stream()
                .map(name -> Optional.ofNullable(NORMALIZERS.get(name))
                        .orElseThrow(() -> new UsageException(
                                "unknown rule " + name + "; known: none, " + String.join(", ", NORMALIZERS.keySet()))))
                .toList();
        return Optional.of(all.size() == 1 ? all.getFirst() : new Sequence(all));
    }
}
