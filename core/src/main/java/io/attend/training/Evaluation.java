package io.attend.training;

import io.attend.data.Pair;
import io.attend.generation.Greedy;
import io.attend.generation.TextModel;
import java.util.ArrayList;
import java.util.List;

/// What a model wrote for examples it had not seen.
///
/// @param pairs the examples
/// @param written what the model made of each
record Evaluation(List<Pair> pairs, List<String> written) {
    static Evaluation of(TextModel text, List<Pair> pairs, int limit, int atOnce) {
        List<String> written = new ArrayList<>();
        for (int from = 0; from < pairs.size(); from += atOnce) {
            List<Pair> some = pairs.subList(from, Math.min(from + atOnce, pairs.size()));
            written.addAll(text.write(some.stream().map(Pair::source).toList(), new Greedy(limit)));
        }
        return new Evaluation(pairs, written);
    }

    boolean right(int i) {
        return pairs.get(i).target().equals(written.get(i));
    }

    /// The share that is right to the character.
    double exactMatch() {
        int right = 0;
        for (int i = 0; i < pairs.size(); i++) {
            right += right(i) ? 1 : 0;
        }
        return (double) right / pairs.size();
    }
}
