package io.attend.tokenizer;

import io.attend.tokenizer.text.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A text as a model takes it: ids, and beside each where it came from.
///
/// Offsets are places in the input, in UTF-16 units, so that `text.substring(start(i), end(i))` is what token `i` came
/// from; [#codePointStart] and [#codePointEnd] count code points. Tokens that come from no text, special ones and
/// padding, have offsets 0 and 0 and word -1.
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

    /// The tokens of one text.
    static Encoding of(Tokens tokens, String text, boolean second, int typeId) {
        int size = tokens.size();
        int[][] columns = new int[COLUMNS][];
        columns[ID] = tokens.ids();
        columns[TYPE] = filled(size, typeId);
        columns[START] = tokens.starts();
        columns[END] = tokens.ends();
        columns[POINT_START] = columns[START];
        columns[POINT_END] = columns[END];
        columns[WORD] = tokens.words();
        columns[SEQUENCE] = filled(size, second ? 1 : 0);
        columns[SPECIAL] = new int[size];
        columns[ATTENTION] = filled(size, 1);
        if (text.codePointCount(0, text.length()) != text.length()) {
            int[] points = new int[text.length() + 1];
            for (int i = 0, point = 0; i < text.length(); point++) {
                int units = Character.charCount(text.codePointAt(i));
                points[i] = point;
                points[i + units - 1] = point;
                i += units;
                points[i] = point + 1;
            }
            columns[POINT_START] = Arrays.stream(columns[START]).map(i -> points[i]).toArray();
            columns[POINT_END] = Arrays.stream(columns[END]).map(i -> points[i]).toArray();
        }
        return new Encoding(columns, List.of());
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
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        if (parts.stream().anyMatch(part -> !part.overflow.isEmpty())) {
            return parts.stream().reduce(Encoding::then).orElseThrow();
        }
        int size = parts.stream().mapToInt(Encoding::size).sum();
        int[][] joined = new int[COLUMNS][size];
        int at = 0;
        for (Encoding part : parts) {
            for (int c = 0; c < COLUMNS; c++) {
                System.arraycopy(part.columns[c], 0, joined[c], at, part.size());
            }
            at += part.size();
        }
        return new Encoding(joined, List.of());
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
        List<Integer> ids = java.util.Collections.nCopies(length - size(), padding.padId());
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
