package io.attend.objective;

import io.attend.head.Head;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The positions of a batch that are asked about, of a head that judges one by one: scores of a large
/// vocabulary are costly, and where nothing is asked nobody needs them.
///
/// @param vectors [1, N, E]
/// @param answers [1, N]
record Asked(Tensor vectors, Tensor answers) {
    private static final int AT_ONCE = 50;

    /// @throws IllegalArgumentException if the vectors of the model stand elsewhere than the answers
    static Asked of(Transformer model, Batch batch, Context context) {
        Tensor x = model.vectors(batch.inputs(), context); // [B, T, E]
        long[] answers = batch.answers().toLongs();
        if (x.size(0) * x.size(1) != answers.length) {
            throw new IllegalArgumentException("the model makes " + x.shape() + " of texts, but is asked about "
                    + batch.answers().shape() + "; use a model that has a vector for each token");
        }
        long[] places = IntStream.range(0, answers.length)
                .filter(i -> answers[i] != Head.IGNORED)
                .mapToLong(i -> i)
                .toArray();
        Tensor rows = Tensor.of(places, places.length).to(x.device());
        return new Asked(
                x.reshape(-1, x.size(2)).indexSelect(0, rows).unsqueeze(0),
                batch.answers().reshape(-1).indexSelect(0, rows).unsqueeze(0));
    }

    /// The mean loss of what is asked.
    Tensor loss(Transformer model, double smoothing, Context context) {
        return model.loss(vectors, answers, smoothing, context.unpadded());
    }

    /// What the model thinks right, of everything asked about held-out examples in order, and whether it is.
    ///
    /// @param guesses the likeliest class of each
    /// @param right how many of them are right
    record Guessed(List<Integer> guesses, long right) {
        double accuracy() {
            return (double) right / guesses.size();
        }
    }

    static Guessed guessed(Transformer model, Objective.Built objective) {
        List<Integer> guesses = new ArrayList<>();
        long right = 0;
        for (int from = 0; from < objective.heldOut(); from += AT_ONCE) {
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                Batch batch = objective.heldOut(from, Math.min(from + AT_ONCE, objective.heldOut()));
                Asked asked = of(model, batch, Context.inference());
                long[] best = model.scores(asked.vectors, Context.inference())
                        .argmax(-1)
                        .toLongs();
                long[] wanted = asked.answers.toLongs();
                for (int i = 0; i < best.length; i++) {
                    guesses.add((int) best[i]);
                    right += best[i] == wanted[i] ? 1 : 0;
                }
            }
        }
        return new Guessed(guesses, right);
    }
}
