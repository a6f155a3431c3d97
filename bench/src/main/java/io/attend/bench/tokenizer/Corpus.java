package io.attend.bench.tokenizer;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Writes a text to train tokenizers on: the English and German texts of the benchmarks over and over, one word
/// in thirty misspelt, so that there are ever more words as in a larger text.
///
///     bench/run io.attend.bench.tokenizer.Corpus 50 corpus.txt        # 50 MB
public final class Corpus {
    private Corpus() {}

    public static void main(String[] arguments) throws IOException {
        long wanted = 1_000_000L * Integer.parseInt(arguments[0]);
        SplittableRandom random = new SplittableRandom(1);
        List<String> lines = new ArrayList<>(Texts.lines("english"));
        lines.addAll(Texts.lines("german"));
        long written = 0;
        try (Writer out = Files.newBufferedWriter(Path.of(arguments[1]))) {
            for (int i = 0; written < wanted; i = (i + 1) % lines.size()) {
                String[] words = lines.get(i).split(" ");
                for (int w = 0; w < words.length; w++) {
                    if (words[w].length() > 2 && random.nextInt(30) == 0) {
                        int at = random.nextInt(words[w].length());
                        words[w] = words[w].substring(0, at)
                                + (char) ('a' + random.nextInt(26))
                                + words[w].substring(at + 1);
                    }
                }
                String line = String.join(" ", words) + "\n";
                out.write(line);
                written += line.length();
            }
        }
    }
}
