package io.attend.app;

import io.attend.data.Document;
import io.attend.data.Rows;
import io.attend.data.TableFile;
import io.attend.data.TextField;
import io.attend.data.TokenFileHeader;
import io.attend.data.TokenFileWriter;
import io.attend.tokenizer.Tokenizer;
import io.attend.training.report.Progress;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "tokenize",
        description = {
            "Texts to a file of tokens that training maps into memory: data {type: TokenFile, path: FILE}.",
            "It may be larger than memory, and so may the texts."
        })
final class Tokenize implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "DATA",
            description = "Files of documents by their names: .jsonl, .csv, .tsv, .parquet; of any other, each line is"
                    + " one. All but .parquet may be packed as .gz.")
    private List<String> data;

    @Option(names = "--tokenizer", required = true, paramLabel = "T", description = TokenizerCommand.KINDS)
    private Path tokenizer;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write.")
    private Path out;

    @Option(
            names = "--field",
            paramLabel = "NAME",
            description = "The field that holds the text, where rows have fields (${DEFAULT-VALUE}).")
    private String field = "text";

    @Option(
            names = "--no-end",
            description = "Without the tokenizer's end token behind each document, which is there if it has one.")
    private boolean noEnd;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that cut texts; all processors by default.")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--json", description = "End with the outcome as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        int workers = threads.orElseGet(Runtime.getRuntime()::availableProcessors);
        if (workers < 1) {
            throw new UsageException("--threads must be at least 1, not " + workers);
        }
        Tokenizer read = Tokenizer.load(tokenizer);
        Tokenizer used = Tokenizer.of(read.pipeline().whole());
        boolean ended = !noEnd && used.eos().isPresent();
        long began = System.nanoTime();
        TokenFileHeader header;
        try (Progress progress = Progress.onStandardError("tokenizing", "files");
                Texts texts = new Texts(data, new TextField(field))) {
            progress.begin(data.size());
            header = TokenFileWriter.write(
                    out,
                    texts,
                    used,
                    new TokenFileWriter.Settings(tokenizer.toString(), ended, workers),
                    tokens -> progress.step(texts.files.get(), String.format(Locale.ROOT, "%,d tokens", tokens)));
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("tokens", header.tokens());
            fields.put("documents", header.documents());
            fields.put("ended", header.ended());
            fields.put("seconds", seconds);
            fields.put("output", out.toString());
            Output.json(spec.commandLine().getOut(), fields);
        } else {
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%,d tokens of %,d documents%s in %.1f s: %s%n",
                            header.tokens(),
                            header.documents(),
                            ended ? ", each with its end token," : "",
                            seconds,
                            out);
        }
        return 0;
    }

    /// The documents of files, one file behind the other.
    private static final class Texts implements Iterator<String>, AutoCloseable {
        private final Iterator<String> rest;
        private final TextField field;
        private Optional<Rows> open = Optional.empty();
        private final AtomicInteger files = new AtomicInteger(); // that were read to their end

        Texts(List<String> paths, TextField field) {
            this.rest = paths.iterator();
            this.field = field;
        }

        @Override
        public boolean hasNext() {
            while (open.isEmpty() || !open.get().hasNext()) {
                open.ifPresent(_ -> files.incrementAndGet());
                close();
                if (!rest.hasNext()) {
                    return false;
                }
                String path = rest.next();
                open = Optional.of(TableFile.of(path, field).rows(path));
            }
            return true;
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Document document = field.example(open.orElseThrow().next());
            return document.text();
        }

        @Override
        public void close() {
            open.ifPresent(Rows::close);
            open = Optional.empty();
        }
    }
}
