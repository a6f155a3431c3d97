package io.attend.data;

import io.attend.value.Default;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Short examples first: at step t a batch is drawn from the shortest share c(t) of all examples, which grows
/// until, at step `steps`, it is all of them and ordinary epochs begin.
///
///     c(t) = min(1, √(t (1 − c₀²) / steps + c₀²))
///
/// The square root gives each example, once it may be drawn, about the same chance. Platanios et al. 2019,
/// "Competence-based Curriculum Learning for Neural Machine Translation" (1903.09848); our `start` is its c₀.
///
/// @param start the share of the examples at step 0
/// @param steps until all are there
public record Curriculum(@Default("0.01") double start, int steps) {
    public Curriculum {
        if (!(start > 0 && start <= 1)) {
            throw new IllegalArgumentException("start " + start + " is outside (0, 1]");
        }
        if (steps < 1) {
            throw new IllegalArgumentException("steps must be at least 1, not " + steps);
        }
    }

    /// The share of the examples, shortest first, that a step draws from.
    public double share(long step) {
        return Math.min(1, Math.sqrt(step * (1 - start * start) / steps + start * start));
    }

    /// The curriculum over examples of such lengths.
    public Built build(List<Integer> lengths, int batch, long seed) {
        return new Built(
                this,
                IntStream.range(0, lengths.size())
                        .boxed()
                        .sorted(Comparator.comparing(lengths::get))
                        .toList(),
                Math.min(batch, lengths.size()),
                seed);
    }

    /// A curriculum over examples. What a step draws is a function of the seed and the step.
    public record Built(Curriculum curriculum, List<Integer> shortest, int batch, long seed) {
        /// The examples of a step, counted from 0; nothing once all may be drawn.
        public Optional<List<Integer>> batch(long step) {
            if (step >= curriculum.steps) {
                return Optional.empty();
            }
            int some = Math.max(batch, (int) Math.ceil(curriculum.share(step) * shortest.size()));
            SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + ~step);
            Set<Integer> drawn = new LinkedHashSet<>();
            while (drawn.size() < batch) {
                drawn.add(shortest.get(random.nextInt(some)));
            }
            return Optional.of(new ArrayList<>(drawn));
        }
    }
}
