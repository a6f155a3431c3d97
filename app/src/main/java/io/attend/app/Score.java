package io.attend.app;

import io.attend.metric.Bleu;
import io.attend.metric.BleuTokens;
import io.attend.metric.Chrf;
import io.attend.metric.ErrorRate;
import io.attend.metric.Rouge;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "score",
        description = {
            "How near lines of text are to what was wanted: BLEU and chrF as sacreBLEU has them, with their signatures,"
                    + " ROUGE-L, word error rate and exact match.",
            "- is standard input, as in: attend run translate MODEL --beams 5 --file test.en | attend score - test.de"
        })
final class Score implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "OUTPUT", description = "A text a line.")
    private String output;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "REFERENCE",
            description = "What was wanted, a text a line; several files are several right answers.")
    private List<String> references;

    @Option(
            names = "--tokens",
            paramLabel = "KIND",
            defaultValue = "13a",
            description = "How BLEU finds words: 13a, intl, char, zh, or none for text that is tokenised already,"
                    + " without smoothing, as multi-bleu.perl has it (default: 13a).")
    private String tokens;

    @Option(names = "--lowercase", description = "Case does not count in BLEU and chrF.")
    private boolean lowercase;

    @Option(names = "--json", description = "One line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<String> given = lines(output);
        List<List<String>> wanted = new ArrayList<>();
        for (String reference : references) {
            List<String> lines = lines(reference);
            if (lines.size() != given.size()) {
                throw new UsageException(output + " has " + given.size() + " lines and " + reference + " "
                        + lines.size() + "; line by line they must be about the same");
            }
            wanted.add(lines);
        }
        if (given.isEmpty()) {
            throw new UsageException(output + " has no line to score");
        }
        List<List<String>> right = IntStream.range(0, given.size())
                .mapToObj(i -> wanted.stream().map(lines -> lines.get(i)).toList())
                .toList();
        Bleu.Letters letters = lowercase ? Bleu.Letters.LOWERCASED : Bleu.Letters.CASED;
        Bleu kind = tokens.equals("none") ? Bleu.TOKENISED : Bleu.STANDARD;
        Bleu bleu = new Bleu(BleuTokens.named(tokens), kind.smoothing(), letters, kind.order());
        Chrf chrf = new Chrf(Chrf.STANDARD.characters(), Chrf.STANDARD.beta(), Chrf.STANDARD.words(), letters);
        Map<String, Object> measures = new LinkedHashMap<>();
        Bleu.Score score = bleu.corpus(given, right);
        measures.put("bleu", score.score());
        measures.put("bleuSignature", bleu.signature(wanted.size()));
        measures.put("chrf", chrf.corpus(given, right));
        measures.put("chrfSignature", chrf.signature(wanted.size()));
        if (wanted.size() == 1) {
            measures.put("rougeL", rouge(given, wanted.getFirst()));
            measures.put("wordErrorRate", ErrorRate.words(given, wanted.getFirst()));
        }
        measures.put("exactMatch", exact(given, right));
        print(measures, score);
        return 0;
    }

    private static double rouge(List<String> given, List<String> wanted) {
        return IntStream.range(0, given.size())
                .mapToDouble(i -> Rouge.PLAIN.l(given.get(i), wanted.get(i)).f1())
                .average()
                .orElseThrow();
    }

    private static double exact(List<String> given, List<List<String>> right) {
        return IntStream.range(0, given.size())
                .mapToDouble(i -> right.get(i).contains(given.get(i)) ? 1 : 0)
                .average()
                .orElseThrow();
    }

    private static List<String> lines(String file) {
        List<String> all = new ArrayList<>();
        try (Texts.Lines lines = Texts.lines(file)) {
            lines.forEachRemaining(all::add);
        }
        return all;
    }

    private void print(Map<String, Object> measures, Bleu.Score score) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Output.json(out, measures);
            return;
        }
        out.println(score + "  " + measures.get("bleuSignature"));
        out.println(String.format(
                Locale.ROOT, "chrF = %.2f  %s", (Double) measures.get("chrf"), measures.get("chrfSignature")));
        if (measures.containsKey("rougeL")) {
            out.println(String.format(
                    Locale.ROOT, "ROUGE-L = %.4f, word error rate = %.4f", (Double) measures.get("rougeL"), (Double)
                            measures.get("wordErrorRate")));
        }
        out.println(String.format(Locale.ROOT, "exact match = %.4f", (Double) measures.get("exactMatch")));
    }
}
