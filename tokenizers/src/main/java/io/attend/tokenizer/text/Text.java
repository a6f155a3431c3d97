package io.attend.tokenizer.text;

import java.util.Arrays;

/// A stretch of an input text while a pipeline works on it: its characters now, the place in the input each
/// came from, and the pieces it is cut into.
///
/// One buffer serves many texts, so nothing is allocated per character or per piece. As long as no step changes
/// the count of characters, places are implied (`base + index`) and cost nothing.
public final class Text {
    private char[] chars = new char[256];
    private int length;
    private int[] starts = {};
    private int[] ends = {};
    private boolean aligned;
    private boolean tracked = true;
    private int base;

    private int[] bounds = new int[64];
    private int pieces;
    private int[] cutBounds = new int[64];
    private int cuts;

    private final Edit edit = new Edit();

    /// Holds `input[from, to)` as one piece. Lone surrogates, which have no UTF-8 form, become U+FFFD.
    public Text hold(String input, int from, int to) {
        length = to - from;
        if (chars.length < length) {
            chars = new char[grown(length)];
        }
        input.getChars(from, to, chars, 0);
        for (int i = 0; i < length; i++) {
            if (Character.isSurrogate(chars[i])) {
                if (Character.isHighSurrogate(chars[i]) && i + 1 < length && Character.isLowSurrogate(chars[i + 1])) {
                    i++;
                } else {
                    chars[i] = '\ufffd';
                }
            }
        }
        aligned = false;
        base = from;
        whole();
        return this;
    }

    /// Holds `[from, to)` of another text as one piece, placed as it is there.
    public Text hold(Text other, int from, int to) {
        length = to - from;
        if (chars.length < length) {
            chars = new char[grown(length)];
        }
        System.arraycopy(other.chars, from, chars, 0, length);
        aligned = other.aligned;
        base = other.start(from);
        if (aligned) {
            if (starts.length < chars.length) {
                starts = new int[chars.length];
                ends = new int[chars.length];
            }
            System.arraycopy(other.starts, from, starts, 0, length);
            System.arraycopy(other.ends, from, ends, 0, length);
        }
        whole();
        return this;
    }

    /// Whether to keep track of where characters come from; without, rewriting is cheaper and [#start] and
    /// [#end] mean nothing once characters were added or dropped.
    public void track(boolean track) {
        tracked = track;
    }

    /// How many characters there is room for.
    public int capacity() {
        return chars.length;
    }

    /// Makes the whole text one piece, or none when it is empty.
    public void whole() {
        cuts = 0;
        bounds[0] = 0;
        bounds[1] = length;
        pieces = length == 0 ? 0 : 1;
    }

    /// The characters; only the first [#length] count, and only until the next edit.
    public char[] chars() {
        return chars;
    }

    public int length() {
        return length;
    }

    /// How many pieces the text is cut into.
    public int pieces() {
        return pieces;
    }

    /// Where a piece begins in [#chars].
    public int pieceStart(int piece) {
        return bounds[2 * piece];
    }

    /// Where a piece ends in [#chars].
    public int pieceEnd(int piece) {
        return bounds[2 * piece + 1];
    }

    /// Adds `[start, end)` to the next cut, unless it is empty; [#cut] makes it the current one.
    public void piece(int start, int end) {
        if (start == end) {
            return;
        }
        if (2 * cuts + 2 > cutBounds.length) {
            cutBounds = Arrays.copyOf(cutBounds, cutBounds.length * 2);
        }
        cutBounds[2 * cuts] = start;
        cutBounds[2 * cuts + 1] = end;
        cuts++;
    }

    /// Replaces the pieces by those given to [#piece] since the last cut.
    public void cut() {
        int[] old = bounds;
        bounds = cutBounds;
        pieces = cuts;
        cutBounds = old;
        cuts = 0;
    }

    /// Where in the input the character at `index` begins.
    public int start(int index) {
        return aligned ? starts[index] : base + index;
    }

    /// Where in the input the character before `index` ends.
    public int end(int index) {
        return aligned ? ends[index - 1] : base + index;
    }

    /// Begins a rewriting of the characters from left to right; [Edit#finish] puts it in force.
    public Edit edit() {
        edit.begin();
        return edit;
    }

    /// The characters as a string.
    @Override
    public String toString() {
        return new String(chars, 0, length);
    }

    private static int grown(int needed) {
        return Math.max(needed, Math.addExact(needed, needed >> 1));
    }

    /// A rewriting of a text from left to right: a cursor over the old characters, and the new ones so far.
    public final class Edit {
        private char[] out = new char[256];
        private int[] outStarts = {};
        private int[] outEnds = {};
        private int count;
        private boolean moved;
        private int at;
        private int floor;

        private Edit() {}

        private void begin() {
            count = 0;
            at = 0;
            floor = 0;
            moved = aligned;
            if (moved) {
                reserve(length);
            }
        }

        /// The cursor: the old character that comes next.
        public int at() {
            return at;
        }

        /// How many new characters there are.
        public int count() {
            return count;
        }

        /// Moves the cursor to the beginning of a piece: what lies between is dropped, and insertions at the
        /// beginning of the piece do not look behind it.
        public void enter(int start) {
            skipTo(start);
            floor = start;
        }

        /// Keeps the old characters up to `to`.
        public void copyTo(int to) {
            int n = to - at;
            reserve(n);
            System.arraycopy(chars, at, out, count, n);
            if (aligned) {
                System.arraycopy(starts, at, outStarts, count, n);
                System.arraycopy(ends, at, outEnds, count, n);
            } else if (moved) {
                for (int i = 0; i < n; i++) {
                    outStarts[count + i] = base + at + i;
                    outEnds[count + i] = base + at + i + 1;
                }
            }
            count += n;
            at = to;
        }

        /// Puts a code point in the place of the next `consumed` characters; it comes from the first of them.
        public void put(int codePoint, int consumed) {
            int units = Character.charCount(codePoint);
            if (units != consumed) {
                move();
            }
            int first = at;
            int width = Character.isHighSurrogate(chars[at]) && at + 1 < length ? 2 : 1;
            write(codePoint, first, Math.min(first + width, length));
            at += consumed;
        }

        /// Puts a code point before the cursor; it comes from where the character before the cursor does.
        public void insert(int codePoint) {
            move();
            if (at == floor) {
                write(codePoint, at, at);
            } else {
                write(codePoint, Character.isLowSurrogate(chars[at - 1]) && at - 2 >= floor ? at - 2 : at - 1, at);
            }
        }

        /// Puts a code point before the cursor; it comes from where the character after the cursor does.
        public void insertBefore(int codePoint) {
            move();
            write(codePoint, at, at + (Character.isHighSurrogate(chars[at]) ? 2 : 1));
        }

        /// Puts a code point as Unicode normalization says: `change` 0 takes the place of the next code point,
        /// -n that of the next and n more, and 1 takes none.
        public void change(int codePoint, int change) {
            if (change > 0) {
                insert(codePoint);
                return;
            }
            int to = at;
            for (int i = change; i <= 0 && to < length; i++) {
                to += Character.isHighSurrogate(chars[to]) && to + 1 < length ? 2 : 1;
            }
            put(codePoint, to - at);
        }

        /// Drops the old characters up to `to`.
        public void skipTo(int to) {
            if (to != at) {
                move();
                at = to;
            }
        }

        /// Drops what is left and puts the new characters in force; the pieces are the caller's to cut anew.
        public void finish() {
            if (at < length) {
                skipTo(length);
            }
            char[] oldChars = chars;
            chars = out;
            out = oldChars;
            length = count;
            if (moved) {
                int[] oldStarts = starts;
                int[] oldEnds = ends;
                starts = outStarts;
                ends = outEnds;
                outStarts = oldStarts;
                outEnds = oldEnds;
                aligned = true;
            }
        }

        /// Keeps the rest and makes all of it one piece.
        public void finishWhole() {
            copyTo(length);
            finish();
            whole();
        }

        private void write(int codePoint, int from, int to) {
            reserve(2);
            int units = Character.toChars(codePoint, out, count);
            if (moved) {
                for (int i = 0; i < units; i++) {
                    place(count + i, from, to);
                }
            }
            count += units;
        }

        /// Says that new character `index` comes from the old ones in `[from, to)`.
        private void place(int index, int from, int to) {
            boolean empty = from == to;
            if (aligned) {
                int edge = from < length ? starts[from] : length == 0 ? base : ends[length - 1];
                outStarts[index] = edge;
                outEnds[index] = empty ? edge : ends[to - 1];
            } else {
                outStarts[index] = base + from;
                outEnds[index] = base + to;
            }
        }

        /// From now on places are written down. Until now new and old characters ran in step.
        private void move() {
            if (!moved && tracked) {
                moved = true;
                reserve(0);
                for (int i = 0; i < count; i++) {
                    outStarts[i] = base + i;
                    outEnds[i] = base + i + 1;
                }
            }
        }

        private void reserve(int more) {
            int needed = Math.addExact(count, more);
            if (needed > out.length) {
                out = Arrays.copyOf(out, grown(needed));
            }
            if (moved && out.length > outStarts.length) {
                outStarts = Arrays.copyOf(outStarts, out.length);
                outEnds = Arrays.copyOf(outEnds, out.length);
            }
        }
    }
}
