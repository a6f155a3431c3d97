package io.attend.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TextWindowsTest {
    private static final int NOT_ASKED = -100;

    /// Every token of every document is another number, so that a window says where it came from.
    private static TokenSequence text(int... lengths) {
        List<int[]> documents = new ArrayList<>();
        int next = 0;
        for (int length : lengths) {
            int[] document = new int[length];
            for (int i = 0; i < length; i++) {
                document[i] = next++;
            }
            documents.add(document);
        }
        return TokenSequence.of(documents);
    }

    private static TextWindows windows(TokenSequence text, int length, Packing packing, Documents documents) {
        return new TextWindows(text, length, packing, documents, "to learn from");
    }

    @Test
    void runningWindowsCrossDocuments() {
        TextWindows windows = windows(text(5, 0, 2, 7), 4, Packing.RUNNING, Documents.JOINED);
        assertThat(windows.count()).isEqualTo(3);
        Window second = windows.window(1);
        assertThat(second.read()).containsExactly(4, 5, 6, 7);
        assertThat(second.follows()).containsExactly(5, 6, 7, 8);
        assertThat(second.tokens()).isEqualTo(4);
    }

    @Test
    void documentsApartBeginAtZeroAndAreNotAskedForTheNext() {
        TextWindows windows = windows(text(5, 0, 2, 7), 4, Packing.RUNNING, Documents.APART);
        Window second = windows.window(1);
        assertThat(second.read()).containsExactly(4, 5, 6, 7);
        assertThat(second.follows()).containsExactly(NOT_ASKED, 6, NOT_ASKED, 8);
        assertThat(second.documents()).containsExactly(0, 1, 1, 2);
        assertThat(second.positions()).containsExactly(0, 0, 1, 0);
        Window third = windows.window(2);
        assertThat(third.follows()).containsExactly(9, 10, 11, 12);
        assertThat(third.positions())
                .as("a document begun before counts from where it is seen")
                .containsExactly(0, 1, 2, 3);
    }

    @Test
    void aWindowToLearnFromStartsUpToALengthLaterAndNeverBehindTheEnd() {
        TextWindows windows = windows(text(31), 7, Packing.RUNNING, Documents.JOINED);
        for (int seed = 0; seed < 200; seed++) {
            for (int number = 0; number < windows.count(); number++) {
                int start = windows.window(number, new SplittableRandom(seed)).read()[0];
                assertThat(start).isBetween(7 * number, Math.min(7 * number + 6, 31 - 8));
            }
        }
    }

    /// Lengths 7, 5, 4, 3, 2 and 2 in windows of 8: 7 alone leaves 1; 5 and 3; 4, 2 and 2. The pieces of a
    /// window
    /// stand in the order of the text.
    @Test
    void documentsArePackedBestFitDecreasing() {
        TextWindows windows = windows(text(3, 8, 5, 6, 4, 3), 8, Packing.BEST_FIT, Documents.APART);
        assertThat(windows.count()).isEqualTo(3);
        Window second = windows.window(1); // 5 and 3 are the documents of 6 and 4 tokens
        assertThat(second.read()).containsExactly(16 + 6 - 6, 17, 18, 19, 20, 22, 23, 24);
        assertThat(second.follows()).containsExactly(17, 18, 19, 20, 21, 23, 24, 25);
        assertThat(second.documents()).containsExactly(0, 0, 0, 0, 0, 1, 1, 1);
        assertThat(second.positions()).containsExactly(0, 1, 2, 3, 4, 0, 1, 2);
        Window first = windows.window(0);
        assertThat(first.tokens()).isEqualTo(7);
        assertThat(first.follows()).containsExactly(4, 5, 6, 7, 8, 9, 10, NOT_ASKED);
        assertThat(first.documents()).containsExactly(0, 0, 0, 0, 0, 0, 0, 1);
    }

    /// Against the definition, piece by piece through all open windows: each token but the first of its
    /// document
    /// is asked exactly once, and as many windows are used.
    @Test
    void packingIsItsDefinition() {
        SplittableRandom random = new SplittableRandom(5);
        for (int trial = 0; trial < 60; trial++) {
            int length = 3 + random.nextInt(17);
            int[] lengths = random.ints(1 + random.nextInt(90), 0, 2 * length).toArray();
            if (Arrays.stream(lengths).noneMatch(n -> n > 1)) {
                continue;
            }
            TokenSequence text = text(lengths);
            TextWindows windows = windows(text, length, Packing.BEST_FIT, Documents.JOINED);
            List<Integer> asked = new ArrayList<>();
            for (int i = 0; i < windows.count(); i++) {
                Window window = windows.window(i);
                int real = 0;
                for (int t = 0; t < length; t++) {
                    if (window.follows()[t] != NOT_ASKED) {
                        assertThat(window.follows()[t]).isEqualTo(window.read()[t] + 1);
                        asked.add(window.follows()[t]);
                        real++;
                    }
                }
                assertThat(window.tokens()).isEqualTo(real);
            }
            List<Integer> expected = new ArrayList<>();
            List<Integer> pieces = new ArrayList<>();
            int at = 0;
            for (int n : lengths) {
                for (int i = 1; i < n; i++) {
                    expected.add(at + i);
                }
                for (int left = n - 1; left > 0; left -= length) {
                    pieces.add(Math.min(left, length));
                }
                at += n;
            }
            assertThat(asked).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(windows.count()).isEqualTo(naive(pieces, length));
        }
    }

    private static int naive(List<Integer> pieces, int length) {
        List<Integer> spaces = new ArrayList<>();
        for (int piece :
                pieces.stream().sorted(java.util.Comparator.reverseOrder()).toList()) {
            TreeMap<Integer, Integer> fitting = new TreeMap<>();
            for (int i = 0; i < spaces.size(); i++) {
                if (spaces.get(i) >= piece) {
                    fitting.putIfAbsent(spaces.get(i), i);
                }
            }
            if (fitting.isEmpty()) {
                spaces.add(length - piece);
            } else {
                int window = fitting.firstEntry().getValue();
                spaces.set(window, spaces.get(window) - piece);
            }
        }
        return spaces.size();
    }

    @Test
    void aTextThatFillsNoWindowIsRefused() {
        assertThatThrownBy(() -> windows(text(4), 4, Packing.RUNNING, Documents.JOINED))
                .hasMessage(
                        "the text to learn from has 4 tokens, but a window and what follows it take 5; give more text,"
                                + " or objective.length a smaller number");
        assertThatThrownBy(() -> windows(text(1, 0), 4, Packing.BEST_FIT, Documents.JOINED))
                .hasMessageStartingWith("the text to learn from has 1 tokens");
        assertThat(windows(text(2), 4, Packing.BEST_FIT, Documents.JOINED).count())
                .isEqualTo(1);
    }
}
