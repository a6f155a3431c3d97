package io.attend.form;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// A regular expression over the bytes of UTF-8.
sealed interface Expression {
    /// No more than this many times: without a bound.
    int FOREVER = -1;

    Expression EMPTY = new Sequence(List.of());

    /// One byte of a range.
    record OneByte(int least, int most) implements Expression {}

    record Sequence(List<Expression> parts) implements Expression {}

    record Choice(List<Expression> options) implements Expression {}

    record Repeat(Expression part, int least, int most) implements Expression {}

    static Expression sequence(Expression... parts) {
        return new Sequence(List.of(parts));
    }

    static Expression choice(List<Expression> options) {
        return options.size() == 1 ? options.getFirst() : new Choice(options);
    }

    static Expression optional(Expression part) {
        return new Repeat(part, 0, 1);
    }

    static Expression text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Sequence(IntStream.range(0, bytes.length)
                .mapToObj(i -> (Expression) new OneByte(bytes[i] & 0xff, bytes[i] & 0xff))
                .toList());
    }

    /// One character of a range of code points, surrogates left out.
    static Expression characters(int least, int most) {
        List<Expression> options = new ArrayList<>();
        add(least, Math.min(most, 0xD7FF), options);
        add(Math.max(least, 0xE000), most, options);
        return choice(options);
    }

    /// Cuts a range where its UTF-8 changes shape, until each part is one range of each byte.
    private static void add(int least, int most, List<Expression> options) {
        if (least > most) {
            return;
        }
        for (int bound : new int[] {0x7F, 0x7FF, 0xFFFF}) {
            if (least <= bound && bound < most) {
                add(least, bound, options);
                add(bound + 1, most, options);
                return;
            }
        }
        byte[] from = Character.toString(least).getBytes(StandardCharsets.UTF_8);
        for (int i = 1; i < from.length; i++) {
            int mask = (1 << 6 * i) - 1;
            if ((least & ~mask) != (most & ~mask)) {
                if ((least & mask) != 0) {
                    add(least, least | mask, options);
                    add((least | mask) + 1, most, options);
                    return;
                }
                if ((most & mask) != mask) {
                    add(least, (most & ~mask) - 1, options);
                    add(most & ~mask, most, options);
                    return;
                }
            }
        }
        byte[] to = Character.toString(most).getBytes(StandardCharsets.UTF_8);
        OneByte[] bytes = new OneByte[from.length];
        Arrays.setAll(bytes, i -> new OneByte(from[i] & 0xff, to[i] & 0xff));
        options.add(bytes.length == 1 ? bytes[0] : new Sequence(List.of(bytes)));
    }
}
