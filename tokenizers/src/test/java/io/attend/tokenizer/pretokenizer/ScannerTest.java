package io.attend.tokenizer.pretokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.rust.RandomText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Each scanner written by hand cuts as its expression does, run by `java.util.regex`.
class ScannerTest {
    /// How many random strings; `-Dattend.random=200000` for all of the evidence.
    private static final int RANDOM = Integer.getInteger("attend.random", 5_000);

    private static final Map<String, Pattern> PATTERNS = compiled();

    private static Map<String, Pattern> compiled() {
        Map<String, Pattern> patterns = new java.util.TreeMap<>();
        Scanner.KNOWN.keySet().forEach(r -> patterns.put(r, Pattern.compile(r, Pattern.UNICODE_CHARACTER_CLASS)));
        return patterns;
    }

    @Test
    void equalTheirExpressionsOnRandomText() {
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < RANDOM; i++) {
            compare(RandomText.next(random) + RandomText.next(random));
        }
    }

    @Test
    void equalTheirExpressionsOnLettersThatInteract() {
        SplittableRandom random = new SplittableRandom(19);
        int[] few = {
            'a', 'B', '\'', 's', 'S', 'l', 'r', 'e', 'ſ', ' ', '\n', '\r', '\t', '1', '/', '.', 'ǅ', 'ʰ', '猫', 0x301,
            0x10400, 0x1D7CE, 0x1F600, 0xA0
        };
        for (int i = 0; i < 4 * RANDOM; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(1, 14); n > 0; n--) {
                text.appendCodePoint(few[random.nextInt(few.length)]);
            }
            compare(text.toString());
        }
    }

    @Test
    void equalTheirExpressionsOnAWholeBook() {
        compare(SharedData.text("tokenizers/botchan.txt.gz"));
        compare(SharedData.text("tokenizers/wagahaiwa_nekodearu.txt.gz"));
    }

    private static void compare(String text) {
        char[] chars = text.toCharArray();
        PATTERNS.forEach((regex, pattern) -> {
            List<Integer> expected = new ArrayList<>();
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) {
                expected.add(matcher.end());
            }
            List<Integer> ends = new ArrayList<>();
            for (int at = 0; at < chars.length; ) {
                at = Scanner.KNOWN.get(regex).end(chars, at, chars.length);
                ends.add(at);
            }
            assertThat(ends).as("%s on %s", regex, text).isEqualTo(expected);
        });
    }
}
