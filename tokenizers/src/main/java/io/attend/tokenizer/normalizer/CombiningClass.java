package io.attend.tokenizer.normalizer;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The order of combining marks, and which two code points compose: what the JDK's normalizer knows but does
/// not say, asked of it by normalizing pairs.
@SuppressWarnings("ReferenceEquality") // the shared empty page is that very array
final class CombiningClass {
    /// For a code point its rank among the canonical combining classes, 0 for class 0; in pages of 256.
    private static final byte[][] PAGES = new byte[0x1100][];

    private static final byte[] EMPTY = new byte[256];

    static {
        Arrays.fill(PAGES, EMPTY);
        List<Integer> marks = IntStream.rangeClosed(0x300, Character.MAX_CODE_POINT)
                .filter(CombiningClass::isMark)
                .filter(c -> swaps(0x345, c) || swaps(c, 0x334))
                .boxed()
                .sorted((a, b) -> swaps(a, b) ? 1 : swaps(b, a) ? -1 : 0)
                .toList();
        int rank = 1;
        for (int i = 0; i < marks.size(); i++) {
            int mark = marks.get(i);
            if (i > 0 && swaps(mark, marks.get(i - 1))) {
                rank++;
            }
            if (PAGES[mark >> 8] == EMPTY) {
                PAGES[mark >> 8] = new byte[256];
            }
            PAGES[mark >> 8][mark & 0xff] = (byte) rank;
        }
    }

    private CombiningClass() {}

    /// A number that orders marks as their canonical combining classes do; 0 for what is no such mark.
    static int of(int codePoint) {
        return codePoint < 0x300 ? 0 : PAGES[codePoint >> 8][codePoint & 0xff];
    }

    /// The code point that two compose to, or -1.
    static int compose(int first, int second) {
        if (second < 0x300) {
            return -1;
        }
        String pair = new StringBuilder(4)
                .appendCodePoint(first)
                .appendCodePoint(second)
                .toString();
        String composed = Normalizer.normalize(pair, Form.NFC);
        return composed.codePointCount(0, composed.length()) == 1 ? composed.codePointAt(0) : -1;
    }

    private static boolean isMark(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> true;
            default -> false;
        };
    }

    /// Whether canonical order puts `second` before `first`.
    private static boolean swaps(int first, int second) {
        String a = Normalizer.normalize(Character.toString(first), Form.NFD);
        String b = Normalizer.normalize(Character.toString(second), Form.NFD);
        if (a.codePointCount(0, a.length()) > 1 || b.codePointCount(0, b.length()) > 1) {
            return false;
        }
        return !a.equals(b) && Normalizer.normalize("a" + a + b, Form.NFD).equals("a" + b + a);
    }
}
