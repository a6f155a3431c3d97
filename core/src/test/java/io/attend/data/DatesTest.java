package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.data.Dates.Form;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatesTest {
    /// Written by hand, the way a person of that country would; not copied from the formatter's output.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        en-US  | LONG   | 2024-03-05 | March 5, 2024
        en-US  | SHORT  | 2024-03-05 | 3/5/2024 en-US
        en-US  | SHORT  | 2024-03-25 | 3/25/2024
        en-US  | PADDED | 2024-03-05 | 03/05/2024 en-US
        en-GB  | FULL   | 2024-03-05 | Tuesday, 5 March 2024
        en-GB  | PADDED | 2024-03-05 | 05/03/2024 en-GB
        de     | LONG   | 2024-03-05 | 5. März 2024
        de     | MEDIUM | 2024-03-05 | 05.03.2024
        de     | FULL   | 1999-12-31 | Freitag, 31. Dezember 1999
        fr     | LONG   | 1944-08-25 | 25 août 1944
        es     | LONG   | 2024-03-05 | 5 de marzo de 2024
        pt-BR  | LONG   | 2024-03-05 | 5 de março de 2024
        it     | LONG   | 1946-06-02 | 2 giugno 1946
        nl     | LONG   | 2024-03-05 | 5 maart 2024
        da     | FULL   | 2024-03-05 | tirsdag den 5. marts 2024
        fi     | LONG   | 1917-12-06 | 6. joulukuuta 1917
        pl     | LONG   | 1918-11-11 | 11 listopada 1918
        hr     | LONG   | 1991-10-08 | 8. listopada 1991.
        cs     | LONG   | 1989-11-17 | 17. listopadu 1989
        hu     | LONG   | 2024-03-05 | 2024. március 5.
        lt     | LONG   | 1990-03-11 | 1990 m. kovo 11 d.
        el     | LONG   | 2024-03-25 | 25 Μαρτίου 2024
        ru     | LONG   | 1961-04-12 | 12 апреля 1961 г.
        uk     | LONG   | 1991-08-24 | 24 серпня 1991 р.
        tr     | LONG   | 1923-10-29 | 29 Ekim 1923
        ar-EG  | LONG   | 2024-03-05 | ٥ مارس ٢٠٢٤
        fa     | LONG   | 2024-03-05 | ۵ مارس ۲۰۲۴
        he     | LONG   | 1948-05-14 | 14 במאי 1948
        hi     | LONG   | 1947-08-15 | 15 अगस्त 1947
        mr     | LONG   | 1960-05-01 | १ मे, १९६०
        bn     | LONG   | 2024-03-05 | ৫ মার্চ, ২০২৪
        th     | LONG   | 2024-03-05 | 5 มีนาคม ค.ศ. 2024
        vi     | LONG   | 1945-09-02 | 2 tháng 9, 1945
        fil    | LONG   | 1898-06-12 | Hunyo 12, 1898
        ja     | LONG   | 2024-03-05 | 2024年3月5日
        zh-CN  | FULL   | 2024-03-05 | 2024年3月5日星期二
        ko     | LONG   | 2024-03-05 | 2024년 3월 5일
        sw     | ISO    | 2024-03-05 | 2024-03-05
        """)
    void writesDatesAsPeopleDo(String locale, Form form, LocalDate day, String text) {
        assertThat(Dates.write(day, locale, form, true)).isEqualTo(Dates.normalise(text));
    }

    @Test
    void everyExampleIsOneOfTheWaysToWriteItsDayInTheLocaleWhoseTurnItIs() {
        List<Pair> heldOut = Dates.heldOut(7, 1_000);
        List<Pair> training = Dates.training(7, 5_000);
        assertThat(heldOut).hasSize(1_000);
        assertThat(training).hasSize(5_000);
        for (List<Pair> examples : List.of(heldOut, training)) {
            for (int i = 0; i < examples.size(); i++) {
                String locale = Dates.locales().get(i % Dates.locales().size());
                Pair example = examples.get(i);
                assertThat(writings(locale, LocalDate.parse(example.target())))
                        .as("example %s in %s", i, locale)
                        .contains(example.source());
            }
        }
        assertThat(Dates.locales()).hasSizeGreaterThanOrEqualTo(24).doesNotHaveDuplicates();
    }

    @Test
    void noTextHasTwoReadings() {
        Map<String, String> readings = new HashMap<>();
        for (LocalDate day = LocalDate.of(2024, 1, 1); day.getYear() < 2025; day = day.plusDays(1)) {
            for (String locale : Dates.locales()) {
                for (String text : writings(locale, day)) {
                    reads(readings, text, day.toString());
                }
            }
        }
        for (Pair example : Dates.training(11, 200_000)) {
            reads(readings, example.source(), example.target());
        }
        for (Pair example : Dates.heldOut(11, 20_000)) {
            reads(readings, example.source(), example.target());
        }
        assertThat(readings).hasSizeGreaterThan(200_000);
    }

    private static void reads(Map<String, String> readings, String text, String day) {
        String before = readings.putIfAbsent(text, day);
        assertThat(before == null || before.equals(day))
                .as("'%s' is both %s and %s", text, before, day)
                .isTrue();
    }

    @Test
    void heldOutDaysAreInNoTrainingExample() {
        Set<String> seen = days(Dates.training(1, 100_000));
        seen.addAll(days(Dates.training(2, 100_000)));
        Set<String> heldOut = days(Dates.heldOut(1, 20_000));
        heldOut.addAll(days(Dates.heldOut(3, 5_000)));
        assertThat(seen).hasSizeGreaterThan(60_000).doesNotContainAnyElementsOf(heldOut);
        assertThat(heldOut.size()).isBetween(73_049 / 20 - 200, 73_049 / 20 + 200); // one day in twenty of 200 years
    }

    @Test
    void allYearsAreAboutEquallyLikely() {
        Map<Integer, Long> decades = Dates.training(5, 20_000).stream()
                .collect(Collectors.groupingBy(p -> LocalDate.parse(p.target()).getYear() / 10, Collectors.counting()));
        assertThat(decades).hasSize(20);
        assertThat(decades.values()).allSatisfy(count -> assertThat(count).isBetween(850L, 1150L)); // 1000, 5 sigma
    }

    @Test
    void textsAreShortComposedAndPlain() {
        int longest = 0;
        for (Pair example : Dates.training(13, 50_000)) {
            String text = example.source();
            assertThat(Normalizer.isNormalized(text, Normalizer.Form.NFC))
                    .as(text)
                    .isTrue();
            assertThat(text).doesNotContainPattern("[\\p{Cf}\\p{Cc}\u00a0\u202f\u2009]|  |^ | $");
            assertThat(Dates.normalise(text)).isEqualTo(text);
            longest = Math.max(longest, text.codePointCount(0, text.length()));
        }
        assertThat(longest).isLessThanOrEqualTo(Dates.LONGEST).isGreaterThan(Dates.LONGEST - 5);
    }

    @Test
    void aSeedDecidesEverything() {
        assertThat(Dates.training(1, 500)).isEqualTo(Dates.training(1, 500)).isNotEqualTo(Dates.training(2, 500));
        assertThat(Dates.heldOut(1, 500)).isEqualTo(Dates.heldOut(1, 500)).isNotEqualTo(Dates.heldOut(2, 500));
        assertThat(Dates.training(1, 500).subList(0, 100)).isEqualTo(Dates.training(1, 100));
        assertThat(Dates.training(1, 0)).isEmpty();
    }

    /// In fresh processes, since formatters are made once.
    @ParameterizedTest
    @ValueSource(strings = {"tr-TR Pacific/Kiritimati", "th-TH-u-ca-buddhist-nu-thai Pacific/Pago_Pago", "ar-SA UTC"})
    void theMachinesLocaleAndTimeZoneDoNotMatter(String localeAndZone) throws IOException, InterruptedException {
        String[] parts = localeAndZone.split(" ");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Duser.timezone=" + parts[1],
                        "-cp",
                        System.getProperty("java.class.path"),
                        Fingerprint.class.getName(),
                        parts[0])
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).isZero();
        assertThat(printed).isEqualTo(parts[0] + " " + fingerprint());
    }

    static final class Fingerprint {
        public static void main(String[] arguments) {
            java.util.Locale.setDefault(java.util.Locale.forLanguageTag(arguments[0]));
            System.out.println(java.util.Locale.getDefault().toLanguageTag() + " " + fingerprint());
        }
    }

    private static int fingerprint() {
        return List.of(Dates.training(3, 5_000), Dates.heldOut(3, 1_000)).hashCode();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        3/4/2024   | true
        03/04/2024 | true
        12/11/2024 | true
        3-4-2024   | true
        3/3/2024   | false
        13/4/2024  | false
        4/13/2024  | false
        3.4.2024   | false
        2024/3/4   | false
        ٣/٤/٢٠٢٤   | false
        3/4/24     | false
        3/4/2024 fr | false
        """)
    void knowsWhenDayAndMonthCouldBeTakenForEachOther(String text, boolean ambiguous) {
        assertThat(Dates.ambiguous(text)).isEqualTo(ambiguous);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        '  5.\t\u00a0März \u202f2024\n'  | 5. märz 2024
        MARCH 5TH, 2024                  | march 5, 2024
        the 1st of May 2024              | the 1 may 2024
        1er mai 2024                     | 1 mai 2024
        1º de maio de 2024               | 1 de maio de 2024
        5 ARALIK 2024                    | 5 aralik 2024
        5 Aralık 2024                    | 5 aralik 2024
        5 NİSAN 2024                     | 5 nisan 2024
        5. Ma\u0308rz 2024               | 5. märz 2024
        ２０２４年３月５日                | 2024年3月5日
        '٥\u200f/٣\u200f/٢٠٢٤'           | ٥/٣/٢٠٢٤
        п\u2019ятниця                    | п'ятниця
        2024\u201303\u201305             | 2024-03-05
        5-3-2024                         | 5/3/2024
        5-3-2024 nl                      | 5/3/2024 nl
        [en-US] 03/04/2024               | 03/04/2024 en-us
        en_us: 03/04/2024                | 03/04/2024 en-us
        03/04/2024 (EN-GB)               | 03/04/2024 en-gb
        03/25/2024 en-US                 | 03/25/2024
        05.03.2024 [de]                  | 05.03.2024
        03/04/2024 xx                    | 03/04/2024 xx
        5 de marzo de 2024               | 5 de marzo de 2024
        ''                               | ''
        """)
    void bringsTypedTextToTheFormOfTraining(String typed, String text) {
        String unescaped = typed.translateEscapes();
        assertThat(Dates.normalise(unescaped)).isEqualTo(text);
        assertThat(Dates.normalise(Dates.normalise(unescaped))).isEqualTo(text);
    }

    @Test
    void refusesANegativeCount() {
        assertThatThrownBy(() -> Dates.training(1, -3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count of dates is -3; it must be 0 or more");
    }

    private static Set<String> writings(String locale, LocalDate day) {
        Set<String> writings = new HashSet<>();
        for (Form form : Form.values()) {
            writings.add(Dates.write(day, locale, form, true));
            writings.add(Dates.write(day, locale, form, false));
        }
        return writings;
    }

    private static Set<String> days(List<Pair> examples) {
        return examples.stream().map(Pair::target).collect(Collectors.toCollection(HashSet::new));
    }
}
