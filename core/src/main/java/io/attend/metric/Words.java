package io.attend.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Text between white space, of any script, and runs of it.
final class Words {
    private Words() {}

    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean inside = i < text.length() && !isSpace(text.charAt(i));
            if (inside && start < 0) {
                start = i;
            } else if (!inside && start >= 0) {
                words.add(text.substring(start, i));
                start = -1;
            }
        }
        return words;
    }

    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /// The code points of a text as texts of one each.
    static List<String> characters(String text) {
        return text.codePoints().mapToObj(Character::toString).toList();
    }

    /// How often each run of n items stands there.
    static <T> Map<List<T>, Integer> runs(List<T> items, int n) {
        Map<List<T>, Integer> runs = new HashMap<>();
        for (int i = 0; i + n <= items.size(); i++) {
            runs.merge(items.subList(i, i + n), 1, Integer::sum);
        }
        return runs;
    }

    static int total(Map<?, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// How many of the one are in the other, each at most as often as it is there.
    static <T> int shared(Map<T, Integer> one, Map<T, Integer> other) {
        int shared = 0;
        for (Map.Entry<T, Integer> entry : one.entrySet()) {
            shared += Math.min(entry.getValue(), other.getOrDefault(entry.getKey(), 0));
        }
        return shared;
    }
}
