package io.attend.data;

import java.text.Normalizer;
import java.time.LocalDate;
import java.time.chrono.IsoChronology;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Dates as people around the world write them, each with its ISO 8601 form: `5. märz 2024` is `2024-03-05`.
///
/// The ways of writing come from CLDR, which is inside the JDK (module `jdk.localedata`): no file, no download.
/// Every example is a day of the Gregorian calendar from 1900-01-01 to 2099-12-31, all days equally likely,
/// written in one of the [#locales()] (they take turns) in one of six forms; of sixteen examples:
///
/// | form | share | en-US | hu |
/// |---|---|---|---|
/// | long | 5 | `march 5, 2024` | `2024. március 5.` |
/// | medium | 3 | `mar 5, 2024` | `2024. márc. 5.` |
/// | short, with four digits for the year | 3 | `3/5/2024 en-us` | `2024. 3. 5.` |
/// | the same, padded with zeros | 2 | `03/05/2024 en-us` | `2024. 03. 05.` |
/// | full, with the day of the week | 2 | `tuesday, march 5, 2024` | `2024. március 5., kedd` |
/// | ISO | 1 | `2024-03-05` | `2024-03-05` |
///
/// One text in eight has lost its commas, as hurried people's have. Where day and month could be taken for each
/// other ([#ambiguous]) the locale stands behind the date: `3/4/2024 en-us` is in March, `3/4/2024 fr` in
/// April. So the reading is a function of the text: no text has two.
///
/// One day in twenty is held out: it is in no training example, in any locale, for any seed. All texts have
/// passed through [#normalise] and have at most [#LONGEST] code points. A seed gives the same examples on every
/// machine with the same JDK release; a newer CLDR may spell a month differently.
public final class Dates {
    /// The most code points of a text; ISO dates have 10.
    public static final int LONGEST = 40;

    /// A way of writing a date within a locale; `share` is out of sixteen.
    enum Form {
        LONG(5),
        MEDIUM(3),
        SHORT(3),
        PADDED(2),
        FULL(2),
        ISO(1);

        private static final List<Form> SIXTEEN = Stream.of(values())
                .flatMap(form -> Stream.generate(() -> form).limit(form.share))
                .toList();

        private final int share;

        Form(int share) {
            this.share = share;
        }
    }

    private static final LocalDate FIRST = LocalDate.of(1900, 1, 1);
    private static final int DAYS = (int) (LocalDate.of(2100, 1, 1).toEpochDay() - FIRST.toEpochDay());
    private static final int HELD_OUT_ONE_IN = 20;
    private static final int COMMAS_LOST_ONE_IN = 8;

    private static final Map<String, Map<Form, DateTimeFormatter>> FORMATTERS = formatters(
            "en-US en-GB de fr es pt-BR it nl sv da nb fi pl cs hr hu ro lt el ru uk tr ar-EG fa he hi bn mr th vi id"
                    + " fil sw ja zh-CN ko");
    private static final List<String> LOCALES = List.copyOf(FORMATTERS.keySet());
    private static final Set<String> TAGS =
            LOCALES.stream().map(tag -> tag.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());

    private static final Pattern FORMAT_CONTROLS = Pattern.compile("\\p{Cf}+");
    private static final Pattern SPACES = Pattern.compile("[\\s\\p{Z}]+");
    private static final Pattern DASHES = Pattern.compile("[\\p{Pd}\u2212]");
    private static final Pattern APOSTROPHES = Pattern.compile("[\u2018\u2019\u02bc]");
    private static final Pattern COMMAS = Pattern.compile("[,\u060c]");
    private static final Pattern ORDINAL = Pattern.compile("(?<=\\d)(?:st|nd|rd|th|er|o)\\b(?: of\\b)?");
    private static final Pattern YEAR_LAST = Pattern.compile("([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})");
    private static final String TAG = "[\\[(]?(?<tag>[a-z]{2,3}(?:[-_][a-z]{2})?)[\\])]?";
    private static final String NUMBERS = "(?<numbers>[\\p{Nd}./ -]+)";
    private static final List<Pattern> TAGGED =
            List.of(Pattern.compile(TAG + "[:,]? " + NUMBERS), Pattern.compile(NUMBERS + ",? " + TAG));

    private Dates() {}

    /// The locales written, as BCP 47 tags, in the order in which they take turns.
    public static List<String> locales() {
        return LOCALES;
    }

    /// `count` examples for training, none of them of a held-out day; example `i` is in locale `i mod locales`.
    public static List<Pair> training(long seed, int count) {
        return examples(new SplittableRandom(seed), count, false);
    }

    /// `count` examples for measuring, all of held-out days; example `i` is in locale `i mod locales`.
    public static List<Pair> heldOut(long seed, int count) {
        return examples(new SplittableRandom(seed), count, true);
    }

    /// Whether the day is kept from training.
    public static boolean isHeldOut(LocalDate day) {
        return new SplittableRandom(day.toEpochDay()).nextInt(HELD_OUT_ONE_IN) == 0;
    }

    /// Whether day and month could be taken for each other unless a locale is named: `3/4/2024`, but not
    /// `3/25/2024` (there is no 25th month), `3/3/2024`, `3.4.2024` (whoever writes dots writes the day first)
    /// or `2024/3/4`.
    public static boolean ambiguous(String text) {
        Matcher date = YEAR_LAST.matcher(text);
        if (!date.matches()) {
            return false;
        }
        int first = Integer.parseInt(date.group(1));
        int second = Integer.parseInt(date.group(2));
        return first <= 12 && second <= 12 && first != second;
    }

    /// A typed text in the form the model was trained on; to be applied to whatever a person types.
    ///
    /// - Composed (NFKC: full-width digits become plain ones), lower case (Turkish dotless `ı` becomes `i`).
    /// - Invisible characters go: marks of writing direction, joiners, soft hyphens.
    /// - Any run of spaces, no-break and narrow ones and tabs too, is one space; none at the ends.
    /// - Any dash is `-`, any apostrophe `'`; `5-3-2024` becomes `5/3/2024`.
    /// - Ordinals become numbers: `5th of march` `5 march`, `1er mai` `1 mai`, `1º de maio` `1 de maio`.
    /// - A locale before or behind a date in numbers, `[en-US] 03/04/2024` or `03/04/2024 (en_US)`, goes behind
    /// it, `03/04/2024 en-us`, where it is needed ([#ambiguous]) and away where it is not.
    public static String normalise(String typed) {
        String text = FORMAT_CONTROLS.matcher(typed).replaceAll("");
        text = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        text = Normalizer.normalize(text.replace("i\u0307", "i").replace('ı', 'i'), Normalizer.Form.NFC);
        text = SPACES.matcher(text).replaceAll(" ").strip();
        text = DASHES.matcher(text).replaceAll("-");
        text = APOSTROPHES.matcher(text).replaceAll("'");
        text = ORDINAL.matcher(text).replaceAll("");
        for (Pattern pattern : TAGGED) {
            Matcher tagged = pattern.matcher(text);
            if (tagged.matches()) {
                String tag = tagged.group("tag").replace('_', '-');
                if (TAGS.contains(tag)) {
                    String numbers = slashes(tagged.group("numbers"));
                    return ambiguous(numbers) ? numbers + " " + tag : numbers;
                }
            }
        }
        return slashes(text);
    }

    private static String slashes(String text) {
        return YEAR_LAST.matcher(text).matches() ? text.replace('-', '/') : text;
    }

    private static List<Pair> examples(SplittableRandom random, int count, boolean heldOut) {
        if (count < 0) {
            throw new IllegalArgumentException("count of dates is " + count + "; it must be 0 or more");
        }
        List<Pair> examples = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String locale = LOCALES.get(i % LOCALES.size());
            Form form = Form.SIXTEEN.get(random.nextInt(Form.SIXTEEN.size()));
            boolean commas = random.nextInt(COMMAS_LOST_ONE_IN) != 0;
            LocalDate day = FIRST.plusDays(random.nextInt(DAYS));
            while (isHeldOut(day) != heldOut) {
                day = FIRST.plusDays(random.nextInt(DAYS));
            }
            examples.add(new Pair(write(day, locale, form, commas), day.toString()));
        }
        return List.copyOf(examples);
    }

    static String write(LocalDate day, String locale, Form form, boolean commas) {
        String written = FORMATTERS.get(locale).get(form).format(day);
        String text = normalise(commas ? written : COMMAS.matcher(written).replaceAll(""));
        return ambiguous(text) ? text + " " + locale.toLowerCase(Locale.ROOT) : text;
    }

    private static Map<String, Map<Form, DateTimeFormatter>> formatters(String tags) {
        Set<Locale> available = Set.of(Locale.getAvailableLocales());
        Map<String, Map<Form, DateTimeFormatter>> formatters = new LinkedHashMap<>();
        for (String tag : tags.split(" ")) {
            Locale locale = Locale.forLanguageTag(tag);
            if (!available.contains(locale)) {
                throw new IllegalStateException("this Java runtime cannot write dates in " + tag
                        + ": it lacks the module jdk.localedata; use a whole JDK, or add the module to jlink's");
            }
            formatters.put(tag, formatters(locale));
        }
        return formatters;
    }

    private static Map<Form, DateTimeFormatter> formatters(Locale locale) {
        String numeric = pattern(FormatStyle.SHORT, locale)
                .replaceAll("y+", "y")
                .replaceAll("M+", "M")
                .replaceAll("d+", "d");
        Map<Form, DateTimeFormatter> formatters = new EnumMap<>(Form.class);
        formatters.put(Form.LONG, formatter(pattern(FormatStyle.LONG, locale), locale));
        formatters.put(Form.MEDIUM, formatter(pattern(FormatStyle.MEDIUM, locale), locale));
        formatters.put(Form.SHORT, formatter(numeric, locale));
        formatters.put(Form.PADDED, formatter(numeric.replace("M", "MM").replace("d", "dd"), locale));
        formatters.put(Form.FULL, formatter(pattern(FormatStyle.FULL, locale), locale));
        formatters.put(Form.ISO, DateTimeFormatter.ISO_LOCAL_DATE);
        return formatters;
    }

    private static String pattern(FormatStyle style, Locale locale) {
        return DateTimeFormatterBuilder.getLocalizedDateTimePattern(style, null, IsoChronology.INSTANCE, locale);
    }

    private static DateTimeFormatter formatter(String pattern, Locale locale) {
        return DateTimeFormatter.ofPattern(pattern, locale).localizedBy(locale); // with the locale's own digits
    }
}
