package io.attend.generation;

import io.attend.model.Transformer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Always the likeliest token.
///
///     yₜ = argmax_v p(v | source, y before t)
///
/// At most `limit` new tokens. One forward pass a token, over that token alone: what came before is in the
/// session's states.
@Source(paper = "Sequence to Sequence Learning with Neural Networks", arxiv = "1409.3215")
public record Greedy(
        @Default("256") int limit, @Default("[]") List<Rule> rules) implements Decoding {
    public static final Greedy EXAMPLE = new Greedy(17);
    public static final Greedy UNREPEATED = new Greedy(17, List.of(new RepetitionPenalty(1.5), new NoRepeat(2)));

    public Greedy {
        Limit.check(limit);
        rules = List.copyOf(rules);
    }

    public Greedy(int limit) {
        this(limit, List.of());
    }

    @Override
    public Greedy limit(int tokens) {
        return new Greedy(tokens, rules);
    }

    @Override
    public Greedy ruled(List<Rule> first) {
        return new Greedy(limit, Rule.joined(first, rules));
    }

    @Override
    public List<Written> write(Transformer model, Start start, Follower follower) {
        return new Steps(model, start, limit, rules, follower).write((_, scores) -> Scores.best(scores));
    }
}
