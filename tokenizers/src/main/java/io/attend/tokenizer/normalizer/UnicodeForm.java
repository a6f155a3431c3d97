package io.attend.tokenizer.normalizer;

import io.attend.tokenizer.text.Text;
import java.nio.CharBuffer;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Arrays;

/// A Unicode normalization that knows where each code point comes from (Unicode Standard Annex 15).
///
/// The JDK's normalizer gives the decompositions and the compositions; the order of marks and who composes with
/// whom is walked here, because the JDK does not say what came from where.
final class UnicodeForm implements Rewriter {
    private static final int HANGUL = 0xAC00;
    private static final int HANGUL_END = 0xD7A4;

    private final Form form;
    private final Form decomposition;
    private final boolean composes;
    private final int safe;

    UnicodeForm(Form form) {
        this.form = form;
        composes = form == Form.NFC || form == Form.NFKC;
        decomposition = form == Form.NFC || form == Form.NFD ? Form.NFD : Form.NFKD;
        safe = form == Form.NFC ? 0x300 : form == Form.NFD ? 0xC0 : 0xA0;
    }

    @Override
    public void rewrite(Text text) {
        char[] chars = text.chars();
        int length = text.length();
        int i = 0;
        while (i < length && chars[i] < safe) {
            i++;
        }
        if (i == length || Normalizer.isNormalized(CharBuffer.wrap(chars, 0, length), form)) {
            return;
        }
        Text.Edit edit = text.edit();
        Marks marks = new Marks(edit, composes);
        if (i > 0) {
            edit.copyTo(i - 1);
            i--;
        }
        while (i < length) {
            int codePoint = Character.codePointAt(chars, i, length);
            int units = Character.charCount(codePoint);
            decompose(codePoint, marks);
            i += units;
        }
        marks.end();
        edit.finishWhole();
    }

    private void decompose(int codePoint, Marks marks) {
        if (codePoint < safe && codePoint < 0xA0) {
            marks.add(codePoint, 0);
        } else if (codePoint >= HANGUL && codePoint < HANGUL_END) {
            int index = codePoint - HANGUL;
            marks.add(0x1100 + index / 588, 0);
            marks.add(0x1161 + index % 588 / 28, 1);
            if (index % 28 > 0) {
                marks.add(0x11A7 + index % 28, 1);
            }
        } else {
            String parts = Normalizer.normalize(Character.toString(codePoint), decomposition);
            int change = 0;
            for (int i = 0; i < parts.length(); i += Character.charCount(parts.codePointAt(i))) {
                marks.add(parts.codePointAt(i), change);
                change = 1;
            }
        }
    }

    /// Decomposed code points on their way out: marks are put in order behind their base, then composed with
    /// it.
    private static final class Marks {
        private final Text.Edit edit;
        private final boolean composes;

        private int[] points = new int[32];
        private int[] changes = new int[32];
        private int[] classes = new int[32];
        private int count;

        private int base = -1;
        private int baseChange;
        private int lastClass;
        private int[] held = new int[64];
        private int heldCount;

        Marks(Text.Edit edit, boolean composes) {
            this.edit = edit;
            this.composes = composes;
        }

        void add(int codePoint, int change) {
            int order = CombiningClass.of(codePoint);
            if (order == 0) {
                flush();
            }
            if (count == points.length) {
                points = Arrays.copyOf(points, count * 2);
                changes = Arrays.copyOf(changes, count * 2);
                classes = Arrays.copyOf(classes, count * 2);
            }
            int at = count++;
            while (order > 0 && at > 0 && classes[at - 1] > order) {
                points[at] = points[at - 1];
                changes[at] = changes[at - 1];
                classes[at] = classes[at - 1];
                at--;
            }
            points[at] = codePoint;
            changes[at] = change;
            classes[at] = order;
        }

        void end() {
            flush();
            if (composes) {
                release();
            }
        }

        private void flush() {
            for (int i = 0; i < count; i++) {
                if (composes) {
                    compose(points[i], changes[i], classes[i]);
                } else {
                    edit.change(points[i], changes[i]);
                }
            }
            count = 0;
        }

        private void compose(int codePoint, int change, int order) {
            if (base < 0) {
                if (order != 0) {
                    edit.change(codePoint, change);
                } else {
                    base = codePoint;
                    baseChange = change;
                }
                return;
            }
            boolean blocked = lastClass != 0 && lastClass >= order;
            int composed = blocked ? -1 : CombiningClass.compose(base, codePoint);
            if (composed >= 0) {
                base = composed;
                baseChange += change - 1;
            } else if (order == 0) {
                release();
                base = codePoint;
                baseChange = change;
            } else {
                if (heldCount + 2 > held.length) {
                    held = Arrays.copyOf(held, held.length * 2);
                }
                held[heldCount++] = codePoint;
                held[heldCount++] = change;
                lastClass = order;
            }
        }

        private void release() {
            if (base >= 0) {
                edit.change(base, baseChange);
            }
            for (int i = 0; i < heldCount; i += 2) {
                edit.change(held[i], held[i + 1]);
            }
            base = -1;
            heldCount = 0;
            lastClass = 0;
        }
    }
}
