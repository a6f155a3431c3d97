package io.attend.vocabulary;

import java.util.HashMap;
import java.util.Map;

/// What it takes to spell out a text that a vocabulary has no tokens for: each code point by how often the
/// training texts have it, those they lack sharing one more count.
///
///     bits(c) = log₂ (Σ counts + 1) − log₂ count(c)
///
/// Without this charge a model that calls everything unknown would be the best of all.
final class Spelling {
    private final Map<Integer, Integer> counts = new HashMap<>();
    private long sum = 1;

    Spelling(Iterable<String> training) {
        for (String text : training) {
            text.codePoints().forEach(c -> counts.merge(c, 1, Integer::sum));
            sum += text.codePointCount(0, text.length());
        }
    }

    /// The bits of `text[start, end)`.
    double bits(String text, int start, int end) {
        return text.substring(start, end)
                .codePoints()
                .mapToDouble(c -> (Math.log(sum) - Math.log(counts.getOrDefault(c, 1))) / Math.log(2))
                .sum();
    }
}
