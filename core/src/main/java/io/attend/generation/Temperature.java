package io.attend.generation;

import io.attend.value.Source;

/// Flattens or sharpens the odds.
///
///     s ← s / t        t < 1 sharpens, t > 1 flattens
///
/// Cost O(V). Names: Hugging Face's `temperature`.
@Source(
        paper = "A Learning Algorithm for Boltzmann Machines",
        reference = "Ackley, Hinton and Sejnowski, Cognitive Science 9, 1985")
public record Temperature(double by) implements Rule {
    public static final Temperature EXAMPLE = new Temperature(0.7);

    public Temperature {
        if (!(by > 0 && by <= 100)) {
            throw new IllegalArgumentException(
                    "temperature " + by + " is outside (0, 100]; for the likeliest word each time use Greedy");
        }
    }

    @Override
    public void apply(float[] scores, int[] text) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) (scores[i] / by);
        }
    }
}
