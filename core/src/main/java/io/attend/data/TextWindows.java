package io.attend.data;

import io.attend.head.Head;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A text in windows of one length, for a model that is asked at every token what follows.
public final class TextWindows {
    private final TokenSequence text;
    private final int length;
    private final Documents documents;
    private final Optional<BestFit> packed;

    /// @param what the text is for, to be named in an error
    /// @throws IllegalArgumentException if the text does not fill one window
    public TextWindows(TokenSequence text, int length, Packing packing, Documents documents, String what) {
        this.text = text;
        this.length = length;
        this.documents = documents;
        this.packed = packing == Packing.BEST_FIT ? Optional.of(new BestFit(text, length)) : Optional.empty();
        if (packed.isPresent() ? count() == 0 : text.size() < length + 1) {
            throw new IllegalArgumentException("the text " + what + " has " + text.size()
                    + " tokens, but a window and what follows it take " + (length + 1)
                    + "; give more text, or objective.length a smaller number");
        }
        if ((text.size() - 1) / length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the text " + what + " has " + text.size() + " tokens, more than "
                    + Integer.MAX_VALUE + " windows of " + length + "; give objective.length a larger number");
        }
    }

    /// How many windows there are.
    public int count() {
        return packed.map(BestFit::windows).orElseGet(() -> (int) ((text.size() - 1) / length));
    }

    /// A window to be judged by, always the same.
    public Window window(int number) {
        return packed.map(fit -> packed(fit, number)).orElseGet(() -> running((long) number * length));
    }

    /// A window to learn from: where windows run, it starts up to a length later, as `random` says.
    public Window window(int number, RandomGenerator random) {
        return packed.map(fit -> packed(fit, number)).orElseGet(() -> {
            long start = (long) number * length + random.nextInt(length);
            return running(Math.min(start, text.size() - length - 1));
        });
    }

    private Window running(long start) {
        int[] tokens = text.copy(start, length + 1);
        int[] follows = Arrays.copyOfRange(tokens, 1, length + 1);
        int[] of = new int[length];
        int[] positions = new int[length];
        if (documents == Documents.APART) {
            int document = text.documentAt(start);
            long begin = start; // of the part that is here
            int here = 0;
            for (int i = 0; i < length; i++) {
                if (text.end(document) <= start + i) {
                    document = text.documentAt(start + i);
                    begin = start + i;
                    here++;
                }
                of[i] = here;
                positions[i] = (int) (start + i - begin);
                follows[i] = text.end(document) == start + i + 1 ? (int) Head.IGNORED : follows[i];
            }
        } else {
            Arrays.setAll(positions, i -> i);
        }
        return new Window(Arrays.copyOf(tokens, length), follows, of, positions, length);
    }

    private Window packed(BestFit fit, int window) {
        int[] read = new int[length];
        int[] follows = new int[length];
        int[] of = new int[length];
        int[] positions = new int[length];
        Arrays.fill(follows, (int) Head.IGNORED);
        int at = 0;
        int pieces = fit.pieces(window);
        for (int piece = 0; piece < pieces; piece++) {
            int reads = fit.reads(window, piece);
            int[] tokens = text.copy(fit.start(window, piece), reads + 1);
            System.arraycopy(tokens, 0, read, at, reads);
            System.arraycopy(tokens, 1, follows, at, reads);
            for (int i = 0; i < reads; i++, at++) {
                of[at] = piece;
                positions[at] = documents == Documents.APART ? i : at;
            }
        }
        for (int i = at; i < length; i++) {
            of[i] = pieces;
            positions[i] = documents == Documents.APART ? 0 : i;
        }
        return new Window(read, follows, of, positions, at);
    }
}
