package io.attend.task;

import io.attend.data.Dates;
import io.attend.generation.Greedy;
import io.attend.generation.TextModel;
import io.attend.value.Source;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;

/// A date as people write it, into ISO form, by a model that `attend quickstart` trained.
///
///     attend run read-date runs/quickstart "5. März 2024"
@Source(paper = "Unicode Common Locale Data Repository", reference = "unicode.org, as shipped in the JDK")
public record ReadDate() implements Task {
    public static final ReadDate EXAMPLE = new ReadDate();

    @Override
    public String verb() {
        return "read-date";
    }

    @Override
    public String answer(TextModel model, String input) {
        String text = Dates.normalise(input);
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the text is empty; write a date, such as \"5. März 2024\"");
        }
        int length = text.codePointCount(0, text.length());
        if (length > Dates.LONGEST) {
            throw new IllegalArgumentException(
                    "the text has " + length + " characters, but the longest date the model has seen" + " has "
                            + Dates.LONGEST + "; write the date alone");
        }
        if (Dates.ambiguous(text)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" could be two days; name the locale behind it, such as \"" + text
                            + " en-US\" or \"" + text + " fr\"");
        }
        String written = model.write(List.of(text), new Greedy(16)).getFirst();
        try {
            return LocalDate.parse(written).toString();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "the model read \"" + input + "\" as \"" + written + "\", which is no date; it knows the forms of "
                            + Dates.locales().size() + " locales, see docs or type one of them",
                    e);
        }
    }
}
