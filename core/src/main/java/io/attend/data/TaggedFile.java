package io.attend.data;

import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// Sentences with tags as the CoNLL tasks have them: a word and, last on its line, its tag, with spaces or tabs
/// between; an empty line ends a sentence, and one that begins with `-DOCSTART-` says nothing. UTF-8, packed
/// with gzip if the name ends in `.gz`.
///
/// @param path the sentences to learn from
/// @param heldOutPath the sentences to be judged by
@Source(
        paper = "Introduction to the CoNLL-2003 Shared Task: Language-Independent Named Entity Recognition",
        reference = "Tjong Kim Sang and De Meulder, CoNLL 2003")
public record TaggedFile(String path, String heldOutPath) implements Dataset {
    public static final TaggedFile EXAMPLE = new TaggedFile("train.txt", "valid.txt");

    @Override
    public List<Tagged> training(long seed) {
        return read(path);
    }

    @Override
    public List<Tagged> heldOut(long seed) {
        return read(heldOutPath);
    }

    private static List<Tagged> read(String path) {
        List<Tagged> sentences = new ArrayList<>();
        List<String> words = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        int number = 0;
        for (String line : Lines.of(path)) {
            number++;
            if (line.isBlank()) {
                end(sentences, words, tags);
            } else if (!line.startsWith("-DOCSTART-")) {
                String[] columns = line.strip().split("[ \t]+");
                if (columns.length < 2) {
                    throw new IllegalArgumentException(path + ", line " + number + ": expected a word and its tag");
                }
                words.add(columns[0]);
                tags.add(columns[columns.length - 1]);
            }
        }
        end(sentences, words, tags);
        if (sentences.isEmpty()) {
            throw new IllegalArgumentException(path + " is empty; it needs a word and its tag on each line");
        }
        return sentences;
    }

    private static void end(List<Tagged> sentences, List<String> words, List<String> tags) {
        if (!words.isEmpty()) {
            sentences.add(new Tagged(words, tags));
            words.clear();
            tags.clear();
        }
    }
}
