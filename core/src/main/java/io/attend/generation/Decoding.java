package io.attend.generation;

import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.model.Remembering;
import io.attend.model.Session;
import io.attend.model.Transformer;
import io.attend.state.Cache;
import io.attend.state.GrowingCache;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How a text is chosen from what a model holds likely.
public sealed interface Decoding permits Beam, Contrastive, Greedy, Sampling, Speculative {
    /// Goes on from the start until each text has ended or is as long as allowed.
    default List<Written> write(Transformer model, Start start) {
        return write(model, start, (_, _) -> true);
    }

    /// The same, telling the follower of every token as soon as it is certain.
    List<Written> write(Transformer model, Start start, Follower follower);

    /// New tokens at most.
    int limit();

    /// The same with another limit.
    Decoding limit(int tokens);

    /// The same with rules that come before its own.
    Decoding ruled(List<Rule> first);

    /// Where writing begins.
    ///
    /// @param source what an encoder-decoder writes about
    /// @param prompt tokens that stand already, at least one a text; prompts of several lengths are padded on
    ///     the left
    /// @param ends the tokens that end a text; with none, texts are as long as allowed
    /// @param remembering what is kept from step to step
    /// @param cache how keys and values are kept
    /// @param constraint what every text must be
    /// @param draft a smaller model of the same words that guesses ahead, for [Speculative]
    record Start(
            Optional<Input> source,
            Tokens prompt,
            Set<Integer> ends,
            Remembering remembering,
            Cache cache,
            Constraint constraint,
            Optional<Transformer> draft) {
        public Start {
            ends = Set.copyOf(ends);
            if (prompt.keep().isPresent()
                    && !prompt.keep().get().select(1, prompt.length() - 1).all()) {
                throw new IllegalArgumentException("a prompt ends in padding, and nothing can be written behind that;"
                        + " pad prompts on the left, as Tokens.paddedLeft does");
            }
        }

        public Start(Optional<Input> source, Tokens prompt, Set<Integer> ends, Remembering remembering) {
            this(source, prompt, ends, remembering, GrowingCache.EXAMPLE, Constraint.NONE, Optional.empty());
        }

        public Start(Optional<Input> source, Tokens prompt, Set<Integer> ends) {
            this(source, prompt, ends, Remembering.STATES);
        }

        public Start(Optional<Input> source, Tensor prompt, int end) {
            this(source, Tokens.of(prompt), Set.of(end));
        }

        /// The same with keys and values kept in another way.
        public Start caching(Cache how) {
            return new Start(source, prompt, ends, remembering, how, constraint, draft);
        }

        /// The same where every text must be what a constraint says.
        public Start constrained(Constraint what) {
            return new Start(source, prompt, ends, remembering, cache, what, draft);
        }

        /// The same with a model that guesses ahead.
        public Start drafted(Optional<Transformer> by) {
            return new Start(source, prompt, ends, remembering, cache, constraint, by);
        }

        /// A session that has taken nothing yet.
        Session session(Transformer model) {
            return model.session(source, remembering, cache);
        }
    }

    /// Watches texts being written.
    @FunctionalInterface
    interface Follower {
        /// @param row which text
        /// @param token what was added to it; the token that ends a text is not told
        /// @return whether that text should go on
        boolean written(int row, int token);
    }
}
