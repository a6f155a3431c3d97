package io.attend.data;

import java.util.List;

/// Where the examples of a recipe come from.
public sealed interface Dataset
        permits BackTranslated,
                CopyExamples,
                DateExamples,
                LabeledFile,
                ListOps,
                PairFile,
                ParallelFiles,
                RecallExamples,
                SquadFile,
                TableFile,
                TaggedFile,
                TextFile,
                TokenFile {
    /// Examples to learn from, the same for the same seed.
    List<? extends Example> training(long seed);

    /// Examples to be judged by: none of them is among those to learn from.
    List<? extends Example> heldOut(long seed);
}
