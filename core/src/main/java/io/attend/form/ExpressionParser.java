package io.attend.form;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/// Reads a regular expression.
final class ExpressionParser {
    private static final int LAST = Character.MAX_CODE_POINT;
    private static final int MOST_TIMES = 10_000;
    private static final int DEEPEST = 200;

    private final int[] pattern;
    private final Function<BitSet, Expression> written;
    private int at;
    private int depth;

    private ExpressionParser(String pattern, Function<BitSet, Expression> written) {
        this.pattern = pattern.codePoints().toArray();
        this.written = written;
    }

    /// Texts that match from beginning to end.
    static Expression whole(String pattern) {
        String inner = pattern.startsWith("^") ? pattern.substring(1) : pattern;
        return new ExpressionParser(endsInAnchor(inner) ? inner.substring(0, inner.length() - 1) : inner, plain())
                .all();
    }

    /// Texts that match somewhere.
    ///
    /// @param written how one character of a set is written
    static Expression somewhere(String pattern, Function<BitSet, Expression> written) {
        Expression any = new Expression.Repeat(written.apply(range(0, LAST)), 0, Expression.FOREVER);
        boolean begins = pattern.startsWith("^");
        String inner = begins ? pattern.substring(1) : pattern;
        boolean ends = endsInAnchor(inner);
        Expression found = new ExpressionParser(ends ? inner.substring(0, inner.length() - 1) : inner, written).all();
        return Expression.sequence(begins ? Expression.EMPTY : any, found, ends ? Expression.EMPTY : any);
    }

    private static boolean endsInAnchor(String pattern) {
        int backslashes = 0;
        for (int i = pattern.length() - 2; i >= 0 && pattern.charAt(i) == '\\'; i--) {
            backslashes++;
        }
        return pattern.endsWith("$") && backslashes % 2 == 0;
    }

    /// Characters as they are.
    static Function<BitSet, Expression> plain() {
        return set -> {
            List<Expression> options = new ArrayList<>();
            for (int from = set.nextSetBit(0); from >= 0; ) {
                int to = set.nextClearBit(from);
                options.add(Expression.characters(from, to - 1));
                from = set.nextSetBit(to);
            }
            return Expression.choice(options);
        };
    }

    static BitSet range(int least, int most) {
        BitSet set = new BitSet();
        set.set(least, most + 1);
        return set;
    }

    private Expression all() {
        Expression read = choice();
        if (at < pattern.length) {
            throw refuse("there is a ) too many");
        }
        return read;
    }

    private IllegalArgumentException refuse(String why) {
        return new IllegalArgumentException(
                "regular expression " + new String(pattern, 0, pattern.length) + ", place " + at + ": " + why);
    }

    private boolean is(int character) {
        return at < pattern.length && pattern[at] == character;
    }

    private boolean skip(int character) {
        if (is(character)) {
            at++;
            return true;
        }
        return false;
    }

    private Expression choice() {
        if (++depth > DEEPEST) {
            throw refuse("groups are nested more than " + DEEPEST + " deep");
        }
        List<Expression> options = new ArrayList<>();
        do {
            List<Expression> parts = new ArrayList<>();
            while (at < pattern.length && !is('|') && !is(')')) {
                parts.add(repeated(one()));
            }
            options.add(new Expression.Sequence(parts));
        } while (skip('|'));
        depth--;
        return Expression.choice(options);
    }

    private Expression repeated(Expression part) {
        Expression all = part;
        boolean counted = true;
        if (skip('*')) {
            all = new Expression.Repeat(part, 0, Expression.FOREVER);
        } else if (skip('+')) {
            all = new Expression.Repeat(part, 1, Expression.FOREVER);
        } else if (skip('?')) {
            all = Expression.optional(part);
        } else if (skip('{')) {
            int least = number();
            int most = !skip(',') ? least : is('}') ? Expression.FOREVER : number();
            if (!skip('}')) {
                throw refuse("a count is {2}, {2,} or {2,5}");
            }
            if (most != Expression.FOREVER && most < least) {
                throw refuse("from " + least + " to " + most + " times is never");
            }
            all = new Expression.Repeat(part, least, most);
        } else {
            counted = false;
        }
        if (counted) {
            skip('?'); // as few as possible: the same texts
        }
        if (is('*') || is('+') || is('?') && counted) {
            throw refuse("what is repeated twice needs a group");
        }
        return all;
    }

    private int number() {
        int from = at;
        int value = 0;
        while (at < pattern.length && pattern[at] >= '0' && pattern[at] <= '9' && value <= MOST_TIMES) {
            value = 10 * value + pattern[at++] - '0';
        }
        if (at == from || value > MOST_TIMES) {
            throw refuse("a count is a number up to " + MOST_TIMES);
        }
        return value;
    }

    private Expression one() {
        int character = pattern[at++];
        return switch (character) {
            case '(' -> group();
            case '[' -> written.apply(set());
            case '.' -> {
                BitSet all = range(0, LAST);
                all.clear('\n');
                yield written.apply(all);
            }
            case '\\' -> written.apply(escaped());
            case '*', '+', '?', '{' -> throw refuse("there is nothing to repeat");
            case '^', '$' -> throw refuse("an anchor may stand at the ends only");
            default -> written.apply(range(character, character));
        };
    }

    private Expression group() {
        if (skip('?') && !skip(':')) {
            throw refuse("of groups with ? only (?: is known, nothing that looks around, names or switches");
        }
        Expression inner = choice();
        if (!skip(')')) {
            throw refuse("a ) is missing");
        }
        return inner;
    }

    private BitSet set() {
        boolean not = skip('^');
        BitSet set = new BitSet();
        boolean first = true;
        while (first || !is(']')) {
            if (at >= pattern.length) {
                throw refuse("a ] is missing");
            }
            first = false;
            BitSet from = member();
            if (is('-') && at + 1 < pattern.length && pattern[at + 1] != ']') {
                at++;
                BitSet to = member();
                if (from.cardinality() != 1 || to.cardinality() != 1 || to.nextSetBit(0) < from.nextSetBit(0)) {
                    throw refuse("a range goes from one character to a later one");
                }
                set.set(from.nextSetBit(0), to.nextSetBit(0) + 1);
            } else {
                set.or(from);
            }
        }
        at++;
        if (not) {
            set.flip(0, LAST + 1);
        }
        set.clear(Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1);
        if (set.isEmpty()) {
            throw refuse("a class holds no character");
        }
        return set;
    }

    private BitSet member() {
        if (at >= pattern.length) {
            throw refuse("a ] is missing");
        }
        int character = pattern[at++];
        return character == '\\' ? escaped() : range(character, character);
    }

    private BitSet escaped() {
        if (at >= pattern.length) {
            throw refuse("nothing follows the \\");
        }
        int character = pattern[at++];
        BitSet set = switch (character) {
            case 'd', 'D' -> range('0', '9');
            case 'w', 'W' -> {
                BitSet word = range('a', 'z');
                word.set('A', 'Z' + 1);
                word.set('0', '9' + 1);
                word.set('_');
                yield word;
            }
            case 's', 'S' -> {
                BitSet space = range('\t', '\r');
                space.set(' ');
                yield space;
            }
            case 'n' -> range('\n', '\n');
            case 't' -> range('\t', '\t');
            case 'r' -> range('\r', '\r');
            case 'f' -> range('\f', '\f');
            case 'u' -> unicode();
            default -> {
                if (Character.isLetterOrDigit(character)) {
                    throw refuse("\\" + Character.toString(character) + " is not known");
                }
                yield range(character, character);
            }
        };
        if (character == 'D' || character == 'W' || character == 'S') {
            set.flip(0, LAST + 1);
        }
        return set;
    }

    private BitSet unicode() {
        if (at + 4 > pattern.length) {
            throw refuse("\\u needs four digits");
        }
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(pattern[at++], 16);
            if (digit < 0) {
                throw refuse("\\u needs four digits");
            }
            value = 16 * value + digit;
        }
        if (Character.isSurrogate((char) value)) {
            throw refuse("half a character is none");
        }
        return range(value, value);
    }
}
