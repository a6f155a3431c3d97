package io.attend.app;

import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "encode",
        description = {
            "Text to ids: a line of ids, with spaces between them, for each text, file or line.",
            "With no TEXT and no file, standard input is encoded as one text."
        })
final class Encode implements Callable<Integer> {
    /// Lines are encoded in batches of about so many characters, on all processors.
    private static final int BATCH = 1 << 22;

    @Parameters(index = "0", paramLabel = "TOKENIZER", description = TokenizerCommand.KINDS)
    private Path tokenizer;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "TEXT", description = "A text; a line of ids for each.")
    private List<String> texts = List.of();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description =
                    "The whole of a file, its line ends too, as one text; may be given again. - is standard input.")
    private List<String> files = List.of();

    @Option(
            names = "--lines",
            paramLabel = "FILE",
            description = "Each line of a file as a text. Lines end at \\n alone: a \\r before it is part of the line.")
    private Optional<String> lines = Optional.empty();

    @Option(
            names = "--no-special-tokens",
            negatable = true,
            description = "Without the tokens a tokenizer puts around a text, such as [CLS] and </s>.")
    private boolean noSpecials;

    @Option(
            names = "--whole",
            description = "Neither cut nor fill up, whatever a tokenizer.json says of truncation and padding.")
    private boolean whole;

    @Option(names = "--json", description = "Each text as a line of JSON: ids, tokens, and offsets in code points.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private boolean cut;

    @Override
    public Integer call() {
        if ((texts.isEmpty() ? 0 : 1) + (files.isEmpty() ? 0 : 1) + (lines.isPresent() ? 1 : 0) > 1) {
            throw new UsageException("give either TEXT or --file or --lines, one of them");
        }
        Tokenizer read = Tokenizer.load(tokenizer);
        Tokenizer used = whole ? Tokenizer.of(read.pipeline().whole()) : read;
        PrintWriter out = spec.commandLine().getOut();
        if (lines.isPresent()) {
            try (Texts.Lines all = Texts.lines(lines.get())) {
                while (all.hasNext() && !out.checkError()) {
                    List<String> batch = new ArrayList<>();
                    for (long held = 0;
                            held < BATCH && all.hasNext();
                            held += batch.getLast().length() + 64) {
                        batch.add(all.next());
                    }
                    batch.parallelStream().map(text -> line(used, text)).forEachOrdered(out::append);
                }
            }
        } else if (texts.isEmpty()) {
            for (String file : files.isEmpty() ? List.of("-") : files) {
                out.append(line(used, Texts.whole(file)));
            }
        } else {
            texts.forEach(text -> out.append(line(used, text)));
        }
        out.flush();
        if (cut) {
            spec.commandLine()
                    .getErr()
                    .println(spec.qualifiedName() + ": the tokenizer cuts texts to "
                            + used.pipeline().truncation().orElseThrow().maxLength()
                            + " tokens, and did; --whole gives all");
        }
        return 0;
    }

    private CharSequence line(Tokenizer used, String text) {
        Specials specials = noSpecials ? Specials.SKIP : Specials.KEEP;
        if (json || used.pipeline().truncation().isPresent()) {
            Encoding encoding = used.encode(text, specials);
            cut |= !encoding.overflow().isEmpty();
            return json ? Output.json(fields(used, encoding)) + "\n" : line(encoding.ids());
        }
        return line(used.ids(text, specials));
    }

    private static CharSequence line(int[] ids) {
        StringBuilder line = new StringBuilder(Math.toIntExact(Math.min(6L * ids.length + 1, 1 << 30)));
        for (int i = 0; i < ids.length; i++) {
            line.append(i == 0 ? "" : " ").append(ids[i]);
        }
        return line.append('\n');
    }

    static Map<String, Object> fields(Tokenizer used, Encoding encoding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ids", encoding.ids());
        fields.put("tokens", IntStream.of(encoding.ids()).mapToObj(used::token).toList());
        fields.put(
                "offsets",
                IntStream.range(0, encoding.size())
                        .mapToObj(i -> List.of(encoding.codePointStart(i), encoding.codePointEnd(i)))
                        .toList());
        return fields;
    }
}
