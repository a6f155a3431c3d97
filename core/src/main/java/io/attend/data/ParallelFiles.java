package io.attend.data;

import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// Pairs from files side by side: line n of one is the source, line n of the other its target. UTF-8, packed
/// with gzip if a name ends in `.gz`.
@Source(paper = "Multi30K: Multilingual English-German Image Descriptions", arxiv = "1605.00459")
public record ParallelFiles(String source, String target, String heldOutSource, String heldOutTarget)
        implements Dataset {
    public static final ParallelFiles EXAMPLE = new ParallelFiles("train.en", "train.de", "val.en", "val.de");

    @Override
    public List<Pair> training(long seed) {
        return read(source, target);
    }

    @Override
    public List<Pair> heldOut(long seed) {
        return read(heldOutSource, heldOutTarget);
    }

    static List<Pair> read(String left, String right) {
        List<String> sources = Lines.of(left);
        List<String> targets = Lines.of(right);
        if (sources.size() != targets.size() || sources.isEmpty()) {
            throw new IllegalArgumentException(left + " has " + sources.size() + " lines and " + right + " "
                    + targets.size() + "; line n of one must belong to line n of the other, and there must be some");
        }
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            if (!sources.get(i).isBlank() && !targets.get(i).isBlank()) {
                pairs.add(new Pair(sources.get(i), targets.get(i)));
            }
        }
        return pairs;
    }
}
