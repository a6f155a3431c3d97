package io.attend.data;

import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// Texts and what they are: text TAB label on each line, UTF-8, packed with gzip if the name ends in `.gz`.
///
/// @param path the lines to learn from
/// @param heldOutPath the lines to be judged by
@Source(
        paper = "Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank",
        reference = "Socher et al., EMNLP 2013")
public record LabeledFile(String path, String heldOutPath) implements Dataset {
    public static final LabeledFile EXAMPLE = new LabeledFile("train.tsv", "dev.tsv");

    @Override
    public List<Labeled> training(long seed) {
        return read(path);
    }

    @Override
    public List<Labeled> heldOut(long seed) {
        return read(heldOutPath);
    }

    private static List<Labeled> read(String path) {
        List<Labeled> examples = new ArrayList<>();
        int number = 0;
        for (String line : Lines.of(path)) {
            number++;
            int tab = line.lastIndexOf('\t');
            if (tab < 1 || line.substring(tab + 1).isBlank()) {
                throw new IllegalArgumentException(path + ", line " + number + ": expected text TAB label");
            }
            examples.add(
                    new Labeled(line.substring(0, tab), line.substring(tab + 1).strip()));
        }
        if (examples.isEmpty()) {
            throw new IllegalArgumentException(path + " is empty; it needs text TAB label on each line");
        }
        return examples;
    }
}
