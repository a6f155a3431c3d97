package io.attend.tokenizer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// Public test data that lies beside the project, not in it: `shared/data`, in this folder or one above.
public final class SharedData {
    private static final List<String> CORPORA = List.of(
            "tokenizers/botchan.txt.gz",
            "tokenizers/wagahaiwa_nekodearu.txt.gz",
            "tinyshakespeare/input.txt.gz",
            "multi30k/train.en.gz",
            "multi30k/train.de.gz",
            "multi30k/val.en.gz",
            "multi30k/val.de.gz",
            "multi30k/test_2016_flickr.en.gz",
            "multi30k/test_2016_flickr.de.gz",
            "multi30k/train.lc.norm.tok.en.gz",
            "multi30k/train.lc.norm.tok.de.gz",
            "wikitext-2/valid.txt.gz",
            "wikitext-2/test.txt.gz",
            "sst2/train.tsv",
            "sst2/dev.tsv",
            "sst2/test.tsv");

    /// About how many lines of each corpus; `-Pfull` for all.
    private static final int LINES = Integer.getInteger("attend.lines", 100);

    private SharedData() {}

    /// Lines of every corpus, evenly spread.
    public static Stream<String> lines() {
        return CORPORA.stream().flatMap(corpus -> {
            List<String> lines = text(corpus).lines().toList();
            int step = Math.max(1, lines.size() / LINES);
            return IntStream.range(0, (lines.size() + step - 1) / step).mapToObj(i -> lines.get(i * step));
        });
    }

    /// A file of the data; the test is skipped, saying so, when it is missing.
    public static Path file(String name) {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("shared/data").resolve(name))) {
            folder = folder.getParent();
        }
        assumeTrue(folder != null, "shared/data/" + name + " is missing: skipped");
        return folder.resolve("shared/data").resolve(name);
    }

    /// The text of a file, unpacked if it is packed.
    public static String text(String name) {
        try (InputStream in = Files.newInputStream(file(name));
                InputStream unpacked = name.endsWith(".gz") ? new GZIPInputStream(in) : in) {
            return new String(unpacked.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
