package io.attend.tokenizer.rust;

import java.util.List;
import java.util.random.RandomGenerator;

/// Random strings of every kind that breaks tokenizers: many scripts, surrogate pairs, combining marks in any
/// order, emoji sequences, controls, white space of all sorts, right-to-left text, pieces of special tokens.
///
/// Only code points that Unicode 6 already had: the libraries compared come with different later versions.
public final class RandomText {
    private static final int[][] RANGES = {
        {0x20, 0x7E},
        {0x20, 0x7E},
        {0x61, 0x7A},
        {0x61, 0x7A},
        {0x00, 0x1F},
        {0x7F, 0xA0},
        {0xA1, 0x17F},
        {0x180, 0x24F},
        {0x250, 0x2AF},
        {0x2B0, 0x2FF},
        {0x300, 0x36F},
        {0x391, 0x3A1},
        {0x3A3, 0x3E1},
        {0x400, 0x481},
        {0x531, 0x556},
        {0x591, 0x5C7},
        {0x5D0, 0x5EA},
        {0x621, 0x65F},
        {0x660, 0x66D},
        {0x905, 0x939},
        {0x93E, 0x94D},
        {0x966, 0x96F},
        {0x985, 0x98C},
        {0xE01, 0xE3A},
        {0xE40, 0xE5B},
        {0xF40, 0xF47},
        {0x10A0, 0x10C5},
        {0x1100, 0x1112},
        {0x1161, 0x1175},
        {0x11A8, 0x11C2},
        {0x1E00, 0x1E9B},
        {0x1EA0, 0x1EF9},
        {0x1F00, 0x1F15},
        {0x2000, 0x200F},
        {0x2010, 0x2029},
        {0x202A, 0x2038},
        {0x2070, 0x2071},
        {0x2074, 0x208E},
        {0x20A0, 0x20B5},
        {0x2100, 0x214F},
        {0x2150, 0x2182},
        {0x2190, 0x21FF},
        {0x2460, 0x24FF},
        {0x2581, 0x2581},
        {0x2600, 0x26BE},
        {0x3000, 0x3003},
        {0x3005, 0x3020},
        {0x3041, 0x3096},
        {0x3099, 0x30FF},
        {0x3200, 0x321E},
        {0x3300, 0x33FF},
        {0x3400, 0x4DB5},
        {0x4E00, 0x9FA5},
        {0xAC00, 0xD7A3},
        {0xE000, 0xE010},
        {0xF900, 0xFA2D},
        {0xFB00, 0xFB06},
        {0xFB1D, 0xFB36},
        {0xFE00, 0xFE0F},
        {0xFEFF, 0xFEFF},
        {0xFF01, 0xFF5E},
        {0xFF61, 0xFFBE},
        {0xFFFD, 0xFFFD},
        {0x10400, 0x1044F},
        {0x1D15E, 0x1D16D},
        {0x1D400, 0x1D454},
        {0x1D7CE, 0x1D7FF},
        {0x1F1E6, 0x1F1FF},
        {0x1F300, 0x1F320},
        {0x1F600, 0x1F64F},
        {0x20000, 0x2A6D6},
        {0x2F800, 0x2FA1D},
        {0xE0020, 0xE007F},
    };

    private static final List<String> WHOLE = List.of(
            " ",
            "  ",
            "\n",
            "\r\n",
            "\n\n",
            "\t",
            "\u3000",
            "'s",
            "'S",
            "'ll",
            "'RE",
            "'ſ",
            "don't",
            "e\u0301",
            "\u0301e",
            "a\u0323\u0307",
            "a\u0307\u0323",
            "ǅ",
            "ß",
            "İ",
            "ﬁ",
            "각",
            "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
            "\uD83D\uDC4D\uD83C\uDFFD",
            "1\uFE0F\u20E3",
            "\uD83C\uDDE9\uD83C\uDDEA",
            "\u2764\uFE0F",
            "<s>",
            "</s>",
            "<unk>",
            "<|endoftext|>",
            "[MASK]",
            "[SEP]",
            "<0x0A>",
            "▁",
            "Hello",
            " world",
            "123",
            "4567",
            "http://",
            "...",
            "das Straßenfest",
            "吾輩は猫である");

    private RandomText() {}

    public static String next(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        int runs = random.nextInt(1, 9);
        for (int run = 0; run < runs; run++) {
            if (random.nextInt(3) == 0) {
                text.append(WHOLE.get(random.nextInt(WHOLE.size())));
                continue;
            }
            int[] range = RANGES[random.nextInt(RANGES.length)];
            for (int n = random.nextInt(1, 7); n > 0; n--) {
                int codePoint = random.nextInt(range[0], range[1] + 1);
                if (Character.isDefined(codePoint)) {
                    text.appendCodePoint(codePoint);
                }
            }
        }
        return text.toString();
    }
}
