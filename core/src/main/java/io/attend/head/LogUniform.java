package io.attend.head;

import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import java.util.Arrays;

/// Words drawn as Zipf's law has them: word w, counted from the most frequent, with chance log((w + 2) / (w +
/// 1)) / log(V + 1).
record LogUniform(int vocabulary) {
    /// So many words, each drawn by itself.
    int[] draw(int count, Random random) {
        return Arrays.stream(random.uniform(Shape.of(count), 0, 1).toDoubles())
                .mapToInt(u -> Math.min(vocabulary - 1, (int) Math.exp(u * Math.log1p(vocabulary)) - 1))
                .toArray();
    }

    /// log(count · chance) of each word.
    double[] expected(int[] words, int count) {
        return Arrays.stream(words)
                .mapToDouble(word -> Math.log(count * Math.log1p(1.0 / (word + 1)) / Math.log1p(vocabulary)))
                .toArray();
    }
}
