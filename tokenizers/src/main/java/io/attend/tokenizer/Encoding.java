package io.attend.tokenizer;

import io.attend.tokenizer.postprocessor.Part;
import io.attend.tokenizer.text.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// A text as a model takes it: ids, and beside each where it came from.
///
/// Offsets are places in the input, in UTF-16 units, so that `text.substring(start(i), end(i))` is what token
/// `i` came from; [#codePointStart] and [#codePointEnd] count code points. Tokens that come from no text,
/// special ones and padding, have offsets 0 and 0 and word -1.
public final class Encoding {
    private static final int ID = 0;
    private static final int TYPE = 1;
    private static final int START = 2;
    private static final int END = 3;
    private static final int POINT_START = 4;
    private static final int POINT_END = 5;
    private static final int WORD = 6;
    private static final int SEQUENCE = 7;
    private static final int SPECIAL = 8;
    private static final int ATTENTION = 9;
    private static final int COLUMNS = 10;

    /// One array a column, one number a token in each.
    private final int[][] columns;

    private final List<Encoding> overflow;

    private Encoding(int[][] columns, List<Encoding> overflow) {
        this.columns = columns;
        this.overflow = overflow;
    }

    /// The parts of an encoding put together: the tokens of one text or two, and special ones if they are
    /// `kept`.
    static Encoding of(
            List<Part> parts, boolean kept, Tokens first, String firstText, Tokens second, String secondText) {
        int size = 0;
        boolean plain = isPlain(firstText) && isPlain(secondText);
        for (Part part : parts) {
            size += switch (part) {
                case Part.Sequence(boolean isSecond, int _) -> isSecond ? second.size() : first.size();
                case Part.Special(List<Integer> ids, int _) -> kept ? ids.size() : 0;
            };
        }
        int[][] columns = new int[COLUMNS][];
        for (int c = 0; c < COLUMNS; c++) {
            columns[c] =
                    plain && c == POINT_START ? columns[START] : plain && c == POINT_END ? columns[END] : new int[size];
        }
        Arrays.fill(columns[ATTENTION], 1);
        int at = 0;
        for (Part part : parts) {
            switch (part) {
                case Part.Sequence(boolean isSecond, int type) -> {
                    Tokens tokens = isSecond ? second : first;
                    tokens.copy(columns[ID], columns[START], columns[END], columns[WORD], at);
                    int end = at + tokens.size();
                    Arrays.fill(columns[TYPE], at, end, type);
                    Arrays.fill(columns[SEQUENCE], at, end, isSecond ? 1 : 0);
                    if (!plain) {
                        countPoints(columns, at, end, isSecond ? secondText : firstText);
                    }
                    at = end;
                }
                case Part.Special(List<Integer> ids, int type) -> {
                    for (int i = 0; kept && i < ids.size(); i++, at++) {
                        columns[ID][at] = ids.get(i);
                        columns[TYPE][at] = type;
                        columns[WORD][at] = -1;
                        columns[SEQUENCE][at] = -1;
                        columns[SPECIAL][at] = 1;
                    }
                }
            }
        }
        return new Encoding(columns, List.of());
    }

    /// Whether UTF-16 units are code points.
    private static boolean isPlain(String text) {
        return text.codePointCount(0, text.length()) == text.length();
    }

    private static void countPoints(int[][] columns, int from, int to, String text) {
        int[] points = new int[text.length() + 1];
        for (int i = 0, point = 0; i < text.length(); point++) {
            int units = Character.charCount(text.codePointAt(i));
            points[i] = point;
            points[i + units - 1] = point;
            i += units;
            points[i] = point + 1;
        }
        for (int i = from; i < to; i++) {
            columns[POINT_START][i] = points[columns[START][i]];
            columns[POINT_END][i] = points[columns[END][i]];
        }
    }

    /// Tokens that come from no text.
    static Encoding outside(List<Integer> ids, int typeId, boolean attended) {
        int size = ids.size();
        int[][] columns = new int[COLUMNS][size];
        columns[ID] = ids.stream().mapToInt(Integer::intValue).toArray();
        columns[TYPE] = filled(size, typeId);
        columns[WORD] = filled(size, -1);
        columns[SEQUENCE] = filled(size, -1);
        columns[SPECIAL] = filled(size, 1);
        columns[ATTENTION] = filled(size, attended ? 1 : 0);
        return new Encoding(columns, List.of());
    }

    /// How many tokens.
    public int size() {
        return columns[ID].length;
    }

    public int[] ids() {
        return columns[ID].clone();
    }

    public int id(int token) {
        return columns[ID][token];
    }

    /// For each token the segment it belongs to: what BERT calls token type ids.
    public int[] typeIds() {
        return columns[TYPE].clone();
    }

    /// For each token 1, or 0 if it is padding.
    public int[] attentionMask() {
        return columns[ATTENTION].clone();
    }

    /// For each token 1 if it comes from no text, else 0.
    public int[] specialMask() {
        return columns[SPECIAL].clone();
    }

    /// For each token the piece of the text it is part of, counted from 0; -1 if it comes from no text.
    public int[] words() {
        return columns[WORD].clone();
    }

    /// For each token 0 for the first text, 1 for the second, -1 if it comes from neither.
    public int[] sequences() {
        return columns[SEQUENCE].clone();
    }

    /// Where in its text a token begins, in UTF-16 units.
    public int start(int token) {
        return columns[START][token];
    }

    /// Where in its text a token ends, in UTF-16 units.
    public int end(int token) {
        return columns[END][token];
    }

    /// Where in its text a token begins, in code points.
    public int codePointStart(int token) {
        return columns[POINT_START][token];
    }

    /// Where in its text a token ends, in code points.
    public int codePointEnd(int token) {
        return columns[POINT_END][token];
    }

    /// What a [Truncation] cut off, as further encodings.
    public List<Encoding> overflow() {
        return overflow;
    }

    /// These tokens, as those of the first text (0) or the second (1).
    Encoding ofSequence(int sequence) {
        int[][] moved = columns.clone();
        moved[SEQUENCE] = filled(size(), sequence);
        return new Encoding(moved, overflow);
    }

    Encoding withType(int typeId) {
        if (overflow.isEmpty() && (size() == 0 || columns[TYPE][0] == typeId)) {
            return this;
        }
        int[][] typed = columns.clone();
        typed[TYPE] = filled(size(), typeId);
        return new Encoding(
                typed, overflow.stream().map(o -> o.withType(typeId)).toList());
    }

    /// The tokens of all, one behind the other.
    static Encoding joined(List<Encoding> parts) {
        return parts.stream().reduce(Encoding::then).orElseThrow();
    }

    /// These tokens with those of `other` behind; each overflow of the one meets each of the other.
    Encoding then(Encoding other) {
        List<Encoding> both = new ArrayList<>();
        for (Encoding mine : overflow) {
            both.add(mine.then(other.alone()));
            other.overflow.forEach(theirs -> both.add(mine.then(theirs)));
        }
        other.overflow.forEach(theirs -> both.add(alone().then(theirs)));
        int[][] joined = new int[COLUMNS][];
        for (int c = 0; c < COLUMNS; c++) {
            joined[c] = Arrays.copyOf(columns[c], size() + other.size());
            System.arraycopy(other.columns[c], 0, joined[c], size(), other.size());
        }
        return new Encoding(joined, both);
    }

    private Encoding alone() {
        return new Encoding(columns, List.of());
    }

    /// The first `length` tokens, or the last; the rest as overflow, in steps that overlap by `stride`.
    Encoding truncated(int length, int stride, Direction direction) {
        if (length >= size()) {
            return this;
        }
        if (length == 0) {
            return new Encoding(new int[COLUMNS][0], List.of(this));
        }
        if (stride >= length) {
            throw new IllegalArgumentException("truncation to " + length + " tokens of a text cannot overlap by "
                    + stride + "; the stride must be less");
        }
        List<Encoding> parts = new ArrayList<>();
        if (direction == Direction.RIGHT) {
            int start = 0;
            while (true) {
                int stop = Math.min(start + length, size());
                parts.add(slice(start, stop));
                if (stop == size()) {
                    break;
                }
                start += length - stride;
            }
        } else {
            int stop = size();
            while (true) {
                int start = Math.max(stop - length, 0);
                parts.add(slice(start, stop));
                if (start == 0) {
                    break;
                }
                stop -= length - stride;
            }
        }
        return new Encoding(parts.getFirst().columns, List.copyOf(parts.subList(1, parts.size())));
    }

    private Encoding slice(int start, int stop) {
        int[][] sliced = new int[COLUMNS][];
        for (int c = 0; c < COLUMNS; c++) {
            sliced[c] = Arrays.copyOfRange(columns[c], start, stop);
        }
        return new Encoding(sliced, List.of());
    }

    /// As long as `length` with padding, overflow too.
    Encoding padded(int length, Padding padding) {
        List<Encoding> more =
                overflow.stream().map(o -> o.padded(length, padding)).toList();
        if (size() >= length) {
            return new Encoding(columns, more);
        }
        List<Integer> ids = Collections.nCopies(length - size(), padding.padId());
        Encoding fill = outside(ids, padding.padTypeId(), false);
        Encoding whole = padding.direction() == Direction.LEFT ? fill.then(alone()) : alone().then(fill);
        return new Encoding(whole.columns, more);
    }

    private static int[] filled(int size, int value) {
        int[] array = new int[size];
        Arrays.fill(array, value);
        return array;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Encoding that
                && Arrays.deepEquals(columns, that.columns)
                && overflow.equals(that.overflow);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(columns[ID]);
    }

    /// `Encoding[101, 7592, 102]`
    @Override
    public String toString() {
        return "Encoding" + Arrays.toString(columns[ID]);
    }
}
