package io.attend.generation;

import io.attend.model.Transformer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// Several tokens are guessed cheaply, and the model says in one pass how many of them it would have written.
///
///     keep guess x with min(1, p(x) / q(x)); at the first that is not kept draw from (p − q)₊, and guess anew
///
/// p is the model's distribution, q the guesser's. What is written has exactly the model's distribution, and
/// behind [Greedy] it is exactly what that writes: only the time changes. A pass over a few tokens takes hardly
/// longer than over one, since both read all weights. Texts are written one after the other; a model with a
/// recurrence cannot take guesses back and is refused.
///
/// @param choosing how words are chosen, Greedy or Sampling
/// @param guessing where guesses come from
@Source(paper = "Fast Inference from Transformers via Speculative Decoding", arxiv = "2211.17192")
public record Speculative(
        @Default("{\"type\": \"Greedy\"}") Decoding choosing,
        @Default("{\"type\": \"LookUp\"}") Guessing guessing)
        implements Decoding {
    public static final Speculative EXAMPLE = new Speculative(Greedy.EXAMPLE, LookUp.EXAMPLE);
    public static final Speculative RULED = new Speculative(Greedy.UNREPEATED, new LookUp(3, 1));

    public Speculative {
        if (!(choosing instanceof Greedy || choosing instanceof Sampling)) {
            throw new IllegalArgumentException("words are guessed for Greedy or Sampling, not for "
                    + choosing.getClass().getSimpleName());
        }
    }

    @Override
    public int limit() {
        return choosing.limit();
    }

    @Override
    public Speculative limit(int tokens) {
        return new Speculative(choosing.limit(tokens), guessing);
    }

    @Override
    public Speculative ruled(List<Rule> first) {
        return new Speculative(choosing.ruled(first), guessing);
    }

    @Override
    public List<Written> write(Transformer model, Start start, Follower follower) {
        return new SpeculativeSteps(this, model, start, follower).run();
    }

    Chooser chooser(int row, int prompt, Constraint constraint) {
        return choosing instanceof Sampling sampling
                ? new Chooser(
                        sampling.rules(),
                        constraint,
                        prompt,
                        Optional.of(new SplittableRandom(sampling.seed() + row)))
                : new Chooser(((Greedy) choosing).rules(), constraint, prompt, Optional.empty());
    }
}
