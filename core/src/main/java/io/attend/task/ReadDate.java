package io.attend.task;

import io.attend.data.Dates;
import io.attend.generation.Greedy;
import io.attend.generation.TextModel;
import io.attend.value.Source;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A date as people write it, into ISO form, by a model that `attend quickstart` trained.
///
///     attend run read-date runs/quickstart "5. März 2024"
@Source(paper = "Unicode Common Locale Data Repository", reference = "unicode.org, as shipped in the JDK")
public record ReadDate() implements Task<String> {
    private static final Pattern NUMBER = Pattern.compile("(?<!\\p{Nd})\\p{Nd}{4}(?!\\p{Nd})");

    public static final ReadDate EXAMPLE = new ReadDate();

    /// Whether a number of the text, in whatever digits, is a year the model knows.
    private static boolean hasYear(String text) {
        return NUMBER.matcher(text).results().anyMatch(number -> {
            int year =
                    number.group().codePoints().map(Character::getNumericValue).reduce(0, (y, d) -> 10 * y + d);
            return year >= 1900 && year <= 2099;
        });
    }

    @Override
    public String verb() {
        return "read-date";
    }

    @Override
    public Optional<String> refusal(TextModel model) {
        return model.writes() && model.translates() && model.settings().trained()
                ? Optional.empty()
                : Optional.of("it does not read one text to write another, as a model of dates does");
    }

    @Override
    public List<String> answers(TextModel model, List<List<String>> inputs) {
        check(model, inputs);
        return Texts.only(inputs).stream().map(input -> answer(model, input)).toList();
    }

    @Override
    public String shown(String answer) {
        return answer;
    }

    private static String answer(TextModel model, String input) {
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
        if (!hasYear(text)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has no year from 1900 to 2099, the years the model has seen;"
                            + " write the date with a year of four digits");
        }
        String written = model.write(List.of(text), new Greedy(16)).getFirst();
        try {
            return LocalDate.parse(written).toString();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "the model read \"" + input + "\" as \"" + written + "\", which is no date; it knows the forms of "
                            + Dates.locales().size() + " locales, such as \"5. März 2024\" or \"March 5, 2024\"",
                    e);
        }
    }
}
