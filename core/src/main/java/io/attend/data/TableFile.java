package io.attend.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/// Rows of named fields in a file, some of which, or those of another file, are held out.
public sealed interface TableFile extends Dataset permits DelimitedFile, JsonLines, LineFile, ParquetFile {
    /// The rows to learn from.
    String path();

    /// The rows to be judged by, where they are in a file of their own.
    Optional<String> heldOutPath();

    /// One row in so many is held out where there is no other file, chosen by a hash of its first text: the
    /// same text never stands on both sides.
    int heldOutEvery();

    /// What of a row is learned from.
    Fields fields();

    /// The rows of such a file, of which `fields` are wanted.
    ///
    /// @throws IllegalArgumentException naming the file and what is wrong with it, here or when a row is read
    Rows rows(String path);

    /// The table of a file by its name: JSON lines, delimited, Parquet; of any other name, its lines.
    ///
    /// @param fields of a row, which lines do not have
    static TableFile of(String path, Fields fields) {
        String name =
                Path.of(path).getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
        Optional<String> none = Optional.empty();
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "jsonl", "ndjson" -> new JsonLines(path, none, 20, fields);
            case "csv", "tsv" -> new DelimitedFile(path, none, 20, none, fields);
            case "parquet" -> new ParquetFile(path, none, 20, fields);
            default -> new LineFile(path, none, 20);
        };
    }

    @Override
    default List<Example> training(long seed) {
        return read(path(), heldOutPath().isPresent() ? Side.ALL : Side.TRAINING);
    }

    @Override
    default List<Example> heldOut(long seed) {
        return heldOutPath().map(path -> read(path, Side.ALL)).orElseGet(() -> read(path(), Side.HELD_OUT));
    }

    /// Which rows of a file are wanted.
    enum Side {
        ALL,
        TRAINING,
        HELD_OUT
    }

    private List<Example> read(String path, Side side) {
        List<Example> examples = new ArrayList<>();
        long count = 0;
        try (Rows rows = rows(path)) {
            while (rows.hasNext()) {
                Example example = fields().example(rows.next());
                count++;
                boolean apart = isHeldOut(example.texts().iterator().next(), heldOutEvery());
                if (side == Side.ALL || apart == (side == Side.HELD_OUT)) {
                    examples.add(example);
                }
            }
        }
        if (examples.isEmpty()) {
            throw new IllegalArgumentException(path + " has " + count + " rows, too few to "
                    + (side == Side.HELD_OUT ? "hold one in " + heldOutEvery() + " out" : "learn from")
                    + "; give more, or data.heldOutPath");
        }
        return examples;
    }

    /// Whether a text is among the one in `every` that are held out.
    static boolean isHeldOut(String text, int every) {
        return new SplittableRandom(text.hashCode()).nextInt(every) == 0;
    }

    /// Refuses to hold everything out.
    static void check(int heldOutEvery) {
        if (heldOutEvery < 2) {
            throw new IllegalArgumentException("heldOutEvery must be at least 2, not " + heldOutEvery);
        }
    }

    /// A field that is not there.
    static IllegalArgumentException missing(String place, String field, List<String> known) {
        return new IllegalArgumentException(place + ": no field \"" + field + "\"; it has "
                + String.join(", ", known.size() > 20 ? known.subList(0, 20) : known)
                + (known.size() > 20 ? ", ..." : "") + "; name one of these");
    }

    /// A field that holds no text.
    static IllegalArgumentException unfit(String place, String field, String found) {
        return new IllegalArgumentException(
                place + ": field \"" + field + "\" holds " + found + ", not a text, a number or a truth value");
    }
}
