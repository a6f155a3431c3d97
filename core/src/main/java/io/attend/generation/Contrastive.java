package io.attend.generation;

import io.attend.model.Transformer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Of the likeliest tokens the one that is likely and unlike what stands already: neither the dull repetition of
/// greedy writing nor the leaps of drawing.
///
///     yₜ = argmax over the `candidates` likeliest v of
///              (1 − penalty) p(v | y before t) − penalty maxⱼ cos(hᵥ, hⱼ)        j < t, the prompt included
///
/// hᵥ is the model's last vector of v after y, hⱼ those of the text. Cost: one pass of `candidates` rows a
/// token, and their states are copied. Names: α is `penalty`, Hugging Face's `penalty_alpha`; k is
/// `candidates`, `top_k` there.
///
/// @param limit new tokens at most
/// @param candidates that are tried
/// @param penalty how much likeness counts, from 0, which is greedy, to 1
@Source(paper = "A Contrastive Framework for Neural Text Generation", arxiv = "2202.06417")
public record Contrastive(
        @Default("256") int limit,
        @Default("4") int candidates,
        @Default("0.6") double penalty,
        @Default("[]") List<Rule> rules)
        implements Decoding {
    public static final Contrastive EXAMPLE = new Contrastive(17, 3, 0.6, List.of());
    public static final Contrastive RULED = new Contrastive(17, 5, 0.4, List.of(new NoRepeat(2)));

    public Contrastive {
        Limit.check(limit);
        rules = List.copyOf(rules);
        if (candidates < 1 || candidates > 1000) {
            throw new IllegalArgumentException("candidates must be from 1 to 1000, not " + candidates);
        }
        if (!(penalty >= 0 && penalty <= 1)) {
            throw new IllegalArgumentException("penalty " + penalty + " is outside [0, 1]");
        }
    }

    @Override
    public Contrastive limit(int tokens) {
        return new Contrastive(tokens, candidates, penalty, rules);
    }

    @Override
    public Contrastive ruled(List<Rule> first) {
        return new Contrastive(limit, candidates, penalty, Rule.joined(first, rules));
    }

    @Override
    public List<Written> write(Transformer model, Start start, Follower follower) {
        return new ContrastiveSearch(this, model, start, follower).run();
    }
}
