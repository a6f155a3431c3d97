package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Dates as people write them in some 36 locales, and the ISO form of each: the data of the quickstart, made on
/// the spot from the JDK's own locale data. See [Dates].
///
///     5. märz 2024 → 2024-03-05
@Source(paper = "Unicode Common Locale Data Repository", reference = "unicode.org, as shipped in the JDK")
public record DateExamples(
        @Default("20000") int training, @Default("1000") int heldOut) implements Dataset {
    public static final DateExamples EXAMPLE = new DateExamples(211, 53);

    private static final int MOST = 2_000_000;

    public DateExamples {
        check("training", training);
        check("heldOut", heldOut);
    }

    private static void check(String name, int count) {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException(name + " must be from 1 to " + MOST + " dates, not " + count);
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
