package io.attend.generation;

import io.attend.model.Transformer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// A token drawn by its chance, after the rules have changed the odds:
/// `Sampling.temperature(0.8).topP(0.95).limit(200)`.
///
///     yₜ ~ softmax(rules(scores))
///
/// Row r draws from a generator of its own, seeded with `seed` + r, so that a text does not depend on those
/// beside it.
@Source(paper = "The Curious Case of Neural Text Degeneration", arxiv = "1904.09751")
public record Sampling(
        @Default("256") int limit,
        @Default("1") long seed,
        @Default("[]") List<Rule> rules) implements Decoding {
    public static final Sampling EXAMPLE = temperature(0.8).topP(0.95).limit(17);
    public static final Sampling PLAIN = new Sampling(17, 3, List.of());

    public Sampling {
        Limit.check(limit);
        rules = List.copyOf(rules);
    }

    public static Sampling temperature(double by) {
        return new Sampling(256, 1, List.of(new Temperature(by)));
    }

    public Sampling topK(int count) {
        return with(new TopK(count));
    }

    public Sampling topP(double mass) {
        return with(new TopP(mass));
    }

    public Sampling minP(double share) {
        return with(new MinP(share));
    }

    /// The same with one more rule behind the others.
    public Sampling with(Rule rule) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        return new Sampling(limit, seed, more);
    }

    @Override
    public Sampling limit(int tokens) {
        return new Sampling(tokens, seed, rules);
    }

    @Override
    public Sampling ruled(List<Rule> first) {
        return new Sampling(limit, seed, Rule.joined(first, rules));
    }

    public Sampling seed(long number) {
        return new Sampling(limit, number, rules);
    }

    @Override
    public List<Written> write(Transformer model, Start start, Follower follower) {
        List<SplittableRandom> sources = IntStream.range(0, (int) start.prompt().batch())
                .mapToObj(row -> new SplittableRandom(seed + row))
                .toList();
        return new Steps(model, start, limit, rules, follower)
                .write((row, scores) -> Scores.draw(Scores.chances(scores), sources.get(row).nextDouble()));
    }
}
