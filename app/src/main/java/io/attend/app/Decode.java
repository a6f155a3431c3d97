package io.attend.app;

import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "decode",
        description = {
            "Ids to text: what encode printed is taken back, a text for each line of ids.",
            "With no ID and no file, the lines are read from standard input. Behind each text stands a line end."
        })
final class Decode implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "TOKENIZER", description = TokenizerCommand.KINDS)
    private Path tokenizer;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "ID", description = "The ids of one text.")
    private List<String> ids = List.of();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Lines of ids, a text for each; may be given again. - is standard input.")
    private List<String> files = List.of();

    @Option(
            names = "--special-tokens",
            negatable = true,
            description = "Write special tokens, such as [CLS] and </s>, which are left out otherwise.")
    private boolean specials;

    @Option(names = "--json", description = "Each text as a line of JSON, which keeps the line ends in it.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!ids.isEmpty() && !files.isEmpty()) {
            throw new UsageException("give either ids or --file, not both");
        }
        Tokenizer used = Tokenizer.load(tokenizer);
        PrintWriter out = spec.commandLine().getOut();
        if (!ids.isEmpty()) {
            for (String line : String.join(" ", ids).split("\n", -1)) {
                print(out, used, line, "ids");
            }
        } else {
            for (String file : files.isEmpty() ? List.of("-") : files) {
                try (Texts.Lines lines = Texts.lines(file)) {
                    while (lines.hasNext() && !out.checkError()) {
                        String line = lines.next();
                        print(out, used, line, file + ": line " + lines.number());
                    }
                }
            }
        }
        out.flush();
        return 0;
    }

    private void print(PrintWriter out, Tokenizer used, String line, String place) {
        String text = used.decode(ids(used, line, place), specials ? Specials.KEEP : Specials.SKIP);
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("text", text);
            out.append(Output.json(fields));
        } else {
            out.append(text);
        }
        out.append('\n');
    }

    /// The ids of a line, each of which must have a token.
    private static int[] ids(Tokenizer used, String line, String place) {
        int[] ids = new int[line.length() / 2 + 1];
        int count = 0;
        int at = 0;
        int end = line.length();
        while (true) {
            while (at < end && (line.charAt(at) == ' ' || line.charAt(at) == '\t' || line.charAt(at) == '\r')) {
                at++;
            }
            if (at == end) {
                return Arrays.copyOf(ids, count);
            }
            int start = at;
            long id = 0;
            while (at < end && line.charAt(at) >= '0' && line.charAt(at) <= '9' && id < Integer.MAX_VALUE) {
                id = 10 * id + line.charAt(at++) - '0';
            }
            boolean ended = at == end || line.charAt(at) == ' ' || line.charAt(at) == '\t' || line.charAt(at) == '\r';
            if (at == start || !ended || id >= used.size() || !used.has((int) id)) {
                String wrong = line.substring(start).split("\\s", 2)[0];
                throw new IllegalArgumentException(
                        place + ": \"" + (wrong.length() > 40 ? wrong.substring(0, 40) : wrong)
                                + "\" is no id of this tokenizer; it has " + used.size() + " tokens, 0 to "
                                + (used.size() - 1));
            }
            ids[count++] = (int) id;
        }
    }
}
