package io.attend.tokenizer;

/// How a text that is too long is cut: to at most `maxLength` tokens with the special ones, from the end
/// `direction` says, of the text `strategy` says. What is cut off follows in further encodings that overlap by
/// `stride` tokens.
public record Truncation(Direction direction, int maxLength, Strategy strategy, int stride) {
    static final Truncation DEFAULT = new Truncation(Direction.RIGHT, 512, Strategy.LONGEST_FIRST, 0);

    public Truncation {
        if (maxLength < 0 || stride < 0) {
            throw new IllegalArgumentException(
                    "max_length " + maxLength + " and stride " + stride + " must not be negative");
        }
    }

    /// To `length` tokens, from the right, the longer text first.
    public static Truncation to(int length) {
        return new Truncation(Direction.RIGHT, length, Strategy.LONGEST_FIRST, 0);
    }

    /// How many tokens of each text stay, when the first has `first`, the second `second` and there is `room`
    /// for so many.
    int[] lengths(int first, int second, boolean pair, int room) {
        int excess = first + second - room;
        if (excess <= 0) {
            return new int[] {first, second};
        }
        if (room == 0) {
            return new int[] {0, 0};
        }
        if (strategy == Strategy.LONGEST_FIRST) {
            if (!pair) {
                return new int[] {room, 0};
            }
            int shorter = Math.min(first, second);
            int longer = shorter > room ? shorter : Math.max(shorter, room - shorter);
            if (shorter + longer > room) {
                shorter = room / 2;
                longer = shorter + room % 2;
            }
            return first > second ? new int[] {longer, shorter} : new int[] {shorter, longer};
        }
        boolean cutFirst = strategy == Strategy.ONLY_FIRST;
        int length = cutFirst ? first : second;
        if (!cutFirst && !pair || length <= excess) {
            throw new TokenizerException("truncation to " + maxLength + " tokens: the "
                    + (cutFirst ? "first" : "second") + " text has " + length + " tokens and " + excess
                    + " would have to go; take another strategy");
        }
        return cutFirst ? new int[] {first - excess, second} : new int[] {first, second - excess};
    }

    /// Which text of a pair is cut.
    public enum Strategy {
        LONGEST_FIRST,
        ONLY_FIRST,
        ONLY_SECOND
    }
}
