package io.attend.data;

import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;

/// Pairs, and more of them whose sources a model wrote: texts of the target language alone, each with what a
/// model trained the other way around made of it. Targets are real, so the model learns to write well from more
/// text than there are translations of.
///
/// The lines are written once, by a run whose data has source and target swapped:
///
///     attend run translate runs/reverse --file monolingual.de --beams 5 > written.en
///
/// Held out are the real pairs' alone.
///
/// @param pairs the real ones, which also hold out
/// @param written sources, one a line, that a model wrote
/// @param target what each was written from
@Source(paper = "Improving Neural Machine Translation Models with Monolingual Data", arxiv = "1511.06709")
public record BackTranslated(ParallelFiles pairs, String written, String target) implements Dataset {
    public static final BackTranslated EXAMPLE =
            new BackTranslated(ParallelFiles.EXAMPLE, "written.en", "monolingual.de");

    @Override
    public List<Pair> training(long seed) {
        List<Pair> all = new ArrayList<>(pairs.training(seed));
        all.addAll(ParallelFiles.read(written, target));
        return all;
    }

    @Override
    public List<Pair> heldOut(long seed) {
        return pairs.heldOut(seed);
    }
}
