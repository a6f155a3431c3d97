package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// Pairs from a text file: source TAB target on each line, UTF-8. About one source in `heldOutEvery` is held
/// out, chosen by a hash of its text, so that the same source never stands on both sides.
@Source(paper = "Sequence to Sequence Learning with Neural Networks", arxiv = "1409.3215")
public record PairFile(String path, @Default("20") int heldOutEvery) implements Dataset {
    public static final PairFile EXAMPLE = new PairFile("pairs.tsv", 20);

    public PairFile {
        TableFile.check(heldOutEvery);
    }

    @Override
    public List<Pair> training(long seed) {
        return read(false);
    }

    @Override
    public List<Pair> heldOut(long seed) {
        return read(true);
    }

    private List<Pair> read(boolean heldOut) {
        List<String> lines = Lines.of(path);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String[] columns = lines.get(i).split("\t", -1);
            if (columns.length != 2 || columns[0].isBlank() || columns[1].isBlank()) {
                throw new IllegalArgumentException(path + ", line " + (i + 1) + ": expected source TAB target, found "
                        + columns.length + " columns or an empty one");
            }
            if (TableFile.isHeldOut(columns[0], heldOutEvery) == heldOut) {
                pairs.add(new Pair(columns[0], columns[1]));
            }
        }
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException(path + " has " + lines.size() + " lines, too few to "
                    + (heldOut ? "hold one in " + heldOutEvery + " out" : "learn from"));
        }
        return pairs;
    }
}
