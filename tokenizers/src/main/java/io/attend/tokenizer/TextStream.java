package io.attend.tokenizer;

import java.util.Arrays;

/// Ids one by one into text as it becomes whole, for writing out what a model generates: a character whose
/// bytes are spread over several tokens comes with the last of them, and spaces come where [Tokenizer#decode]
/// of all would put them.
///
///     TextStream stream = tokenizer.stream();
///     for (int id : generated) {
///         System.out.print(stream.next(id));
///     }
///     System.out.print(stream.end());
///
/// For one thread. Each id costs the decoding of a few tokens, however long the text is.
public final class TextStream {
    /// So many tokens may wait for the rest of a character; a character has four bytes.
    private static final int MOST_WAITING = 8;

    private final Tokenizer tokenizer;
    private final Specials specials;

    // The last tokens that have been written, which say how the next begin, then those that wait.
    private int[] ids = new int[16];
    private int size;
    private int written;
    private String before = "";

    TextStream(Tokenizer tokenizer, Specials specials) {
        this.tokenizer = tokenizer;
        this.specials = specials;
    }

    /// The text that the next id makes whole; empty while it is part of a character.
    public String next(int id) {
        if (specials == Specials.SKIP && tokenizer.isSpecial(id)) {
            return "";
        }
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
        }
        ids[size++] = id;
        String text = decoded(0, size);
        boolean waits = text.length() <= before.length() || text.endsWith("\ufffd");
        return waits && size - written < MOST_WAITING ? "" : write(text);
    }

    /// The text that still waits; the stream can go on with a new text.
    public String end() {
        String rest = size > written ? write(decoded(0, size)) : "";
        size = 0;
        written = 0;
        before = "";
        return rest;
    }

    private String write(String text) {
        String fresh = text.length() > before.length() ? text.substring(before.length()) : "";
        // What was written just now is what the next tokens are decoded behind.
        int kept = size - written;
        System.arraycopy(ids, written, ids, 0, kept);
        size = kept;
        written = kept;
        before = decoded(0, size);
        return fresh;
    }

    private String decoded(int from, int to) {
        return tokenizer.decode(Arrays.copyOfRange(ids, from, to), specials);
    }
}
