package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Dates as people write them in some 36 locales, and the ISO form of each: the data of the quickstart, made on the
/// spot from the JDK's own locale data. See [Dates].
///
///     5. märz 2024 → 2024-03-05
@Source(paper = "Unicode Common Locale Data Repository", reference = "unicode.org, as shipped in the JDK")
public record DateExamples(
        @Default("20000") int training, @Default("1000") int heldOut) implements Dataset {
    public static final DateExamples EXAMPLE = new DateExamples(211, 53);

    public DateExamples {
        if (training < 1 || heldOut < 1) {
            throw new IllegalArgumentException(
                    "dates need at least 1 example to learn from and 1 held out, not " + training + " and " + heldOut);
        }
    }

    @Override
    public List<Pair> training(long seed) {
        return Dates.training(seed, training);
    }

    @Override
    public List<Pair> heldOut(long seed) {
        return Dates.heldOut(~seed, heldOut);
    }
}
