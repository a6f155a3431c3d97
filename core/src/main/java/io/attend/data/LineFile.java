package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;

/// A text on each line: many short documents, where [TextFile] is one long one. UTF-8, packed with gzip if the
/// name ends in `.gz`. A line without anything on it is none.
///
/// @param path the lines to learn from
/// @param heldOutPath the lines to be judged by, if they have a file of their own
/// @param heldOutEvery one line in so many is held out otherwise
@Source(
        paper = "One Billion Word Benchmark for Measuring Progress in Statistical Language Modeling",
        arxiv = "1312.3005")
public record LineFile(
        String path,
        Optional<String> heldOutPath,
        @Default("20") int heldOutEvery) implements TableFile {
    public static final LineFile EXAMPLE = new LineFile("sentences.txt", Optional.empty(), 20);

    public LineFile {
        TableFile.check(heldOutEvery);
    }

    @Override
    public TextField fields() {
        return TextField.EXAMPLE;
    }

    @Override
    public Rows rows(String file) {
        Lines lines = Lines.open(file);
        return new Rows() {
            @Override
            public boolean hasNext() {
                return lines.hasNext();
            }

            @Override
            public Row next() {
                String text = lines.next();
                String place = lines.place();
                return new Row() {
                    @Override
                    public String place() {
                        return place;
                    }

                    @Override
                    public String text(String field) {
                        return text;
                    }
                };
            }

            @Override
            public void close() {
                lines.close();
            }
        };
    }
}
