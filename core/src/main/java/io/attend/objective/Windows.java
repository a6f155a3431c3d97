package io.attend.objective;

import io.attend.data.Document;
import io.attend.tokenizer.Encoding;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Documents laid end to end as tokens, seen through windows of one length.
final class Windows {
    private final int[] tokens;
    private final int[] words;
    private final int length;

    /// @param what the documents are for, as a message says it
    Windows(String what, Tokenizer tokenizer, List<Document> documents, int length) {
        List<Encoding> parts = documents.stream()
                .map(document -> tokenizer.encode(document.text(), Specials.SKIP))
                .toList();
        this.length = length;
        this.tokens = new int[parts.stream().mapToInt(Encoding::size).sum()];
        this.words = new int[tokens.length];
        int at = 0;
        int wordsBefore = 0;
        for (Encoding part : parts) {
            System.arraycopy(part.ids(), 0, tokens, at, part.size());
            int[] own = part.words();
            for (int i = 0; i < own.length; i++) {
                words[at + i] = wordsBefore + own[i];
            }
            wordsBefore += Arrays.stream(own).max().orElse(-1) + 1;
            at += part.size();
        }
        if (tokens.length < length) {
            throw new IllegalArgumentException("the text " + what + " has " + tokens.length
                    + " tokens, fewer than a window of " + length + "; give more text, or objective.length a smaller"
                    + " number");
        }
    }

    static void check(int length) {
        if (length < 2 || length > 1 << 20) {
            throw new IllegalArgumentException("length must be from 2 to 1048576 tokens, not " + length);
        }
    }

    static void share(String name, double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException(name + " " + value + " is outside (0, 1)");
        }
    }

    /// How many stand side by side.
    int count() {
        return tokens.length / length;
    }

    /// A window.
    ///
    /// @param tokens its ids
    /// @param words for each the word it is part of, from 0 in the whole text
    record Window(int[] tokens, int[] words) {}

    /// The one at its place.
    Window window(int number) {
        return from(number * length);
    }

    /// The one at its place, shifted by a random part of its length.
    Window shifted(int number, RandomGenerator random) {
        return from(Math.min(number * length + random.nextInt(length), tokens.length - length));
    }

    private Window from(int start) {
        return new Window(
                Arrays.copyOfRange(tokens, start, start + length), Arrays.copyOfRange(words, start, start + length));
    }
}
