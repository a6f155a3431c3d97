package io.attend.generation;

import io.attend.model.Transformer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;

/// Several beginnings are kept at once, and the likeliest whole text wins.
///
///     score(y) = log p(y | source) / |y|^lengthPenalty        |y| counts new tokens, the one that ends it
///     included
///
/// Each step goes on with the likeliest continuations of all beams. With `groups`, the beams of a text are
/// split into groups of equal size that choose one after another, each put off by their diversity from the
/// tokens that groups before it chose in the same step. Cost: `beams` times that of greedy writing, and the
/// states of the beams are copied every step. Names: Hugging Face's `num_beams`, `length_penalty`,
/// `early_stopping`, `num_beam_groups`, `diversity_penalty`.
///
/// @param limit new tokens at most
/// @param beams beginnings kept for each text
/// @param lengthPenalty above 0 favours long texts, below 0 short ones
/// @param stopping when a text is done
/// @param groups how beams are kept apart, if they are
/// @param rules applied to the logarithms of the chances
@Source(paper = "Diverse Beam Search: Decoding Diverse Solutions from Neural Sequence Models", arxiv = "1610.02424")
public record Beam(
        @Default("256") int limit,
        @Default("4") int beams,
        @Default("1.0") double lengthPenalty,
        @Default("\"likely\"") Stopping stopping,
        Optional<Groups> groups,
        @Default("[]") List<Rule> rules)
        implements Decoding {
    public static final Beam EXAMPLE = of(3).limit(17);
    public static final Beam DIVERSE =
            new Beam(17, 4, 0.7, Stopping.CERTAIN, Optional.of(new Groups(2, 0.5)), List.of());

    /// Groups of beams that choose one after another.
    ///
    /// @param count of groups, which must divide the beams evenly
    /// @param diversity taken from the score of a token for every beam of an earlier group that chose it
    public record Groups(int count, @Default("0.5") double diversity) {
        public Groups {
            if (count < 1) {
                throw new IllegalArgumentException("there must be at least 1 group, not " + count);
            }
            if (!(diversity >= 0 && diversity <= 1000)) {
                throw new IllegalArgumentException("diversity " + diversity + " is outside [0, 1000]");
            }
        }
    }

    /// When no better text is looked for.
    public enum Stopping {
        /// As soon as there are as many whole texts as beams.
        ENOUGH,
        /// When the best beam, ended now, would be worse than every whole text: nearly always right, and quick.
        LIKELY,
        /// When no beam can become better than the whole texts, however long it grows.
        CERTAIN
    }

    public Beam {
        Limit.check(limit);
        rules = List.copyOf(rules);
        if (beams < 1 || beams > 1000) {
            throw new IllegalArgumentException("beams must be from 1 to 1000, not " + beams);
        }
        groups.ifPresent(some -> {
            if (beams % some.count() != 0) {
                throw new IllegalArgumentException(some.count() + " groups cannot divide " + beams + " beams evenly");
            }
        });
        if (!(Math.abs(lengthPenalty) <= 100)) {
            throw new IllegalArgumentException("length penalty " + lengthPenalty + " is outside [-100, 100]");
        }
    }

    public static Beam of(int beams) {
        return new Beam(256, beams, 1, Stopping.LIKELY, Optional.empty(), List.of());
    }

    @Override
    public Beam limit(int tokens) {
        return new Beam(tokens, beams, lengthPenalty, stopping, groups, rules);
    }

    @Override
    public Beam ruled(List<Rule> first) {
        return new Beam(limit, beams, lengthPenalty, stopping, groups, Rule.joined(first, rules));
    }

    public Beam lengthPenalty(double power) {
        return new Beam(limit, beams, power, stopping, groups, rules);
    }

    int groupCount() {
        return groups.map(Groups::count).orElse(1);
    }

    double diversity() {
        return groups.map(Groups::diversity).orElse(0.0);
    }

    @Override
    public List<Written> write(Transformer model, Start start, Follower follower) {
        List<Written> best = all(model, start).stream().map(List::getFirst).toList();
        for (int row = 0; row < best.size(); row++) {
            for (int token : best.get(row).tokens()) {
                if (!follower.written(row, token)) {
                    break;
                }
            }
        }
        return best;
    }

    /// Every whole text that was found, for each prompt, the best first: as many as beams.
    public List<List<Written>> all(Transformer model, Start start) {
        return new BeamSearch(this, model, start).run();
    }
}
