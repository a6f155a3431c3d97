package io.attend.embedding;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Lanes;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.StepPlan;
import io.attend.layer.TokenStep;
import io.attend.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalInt;

/// How what a model is given becomes vectors.
public sealed interface Embedding permits FeatureEmbedding, NgramEmbedding, TokenEmbedding, TwoStreamEmbedding {
    /// What it lays out along the length of a pass, which the attention above it must know how to take apart.
    default Lanes lanes() {
        return Lanes.ONE;
    }

    /// @param source the table of the encoder's side, when the decoder's side is built
    Built build(Parameters parameters, int width, Optional<Table.Built> source);

    /// How many positions a text may have at most, if there is a bound.
    default OptionalInt longest() {
        return OptionalInt.empty();
    }

    /// Whether it is told to which of several texts a token belongs.
    default boolean segmented() {
        return false;
    }

    /// An embedding at work.
    interface Built {
        /// → [B, T, E]
        Tensor forward(Input input, Context context);

        /// The same for one token at a time in plain memory; absent where there is no such form, or something
        /// happens to what leaves the stack.
        default Optional<TokenStep> row(StepPlan plan) {
            return Optional.empty();
        }

        /// The context of the layers above it: what they must know of streams.
        default Context above(Input input, Context context) {
            return context;
        }

        /// What leaves the stack of what has gone through it, [B, rows, E] → [B, T, leaving(E)]; only streams
        /// change.
        default Tensor leave(Tensor x, Context context) {
            return x;
        }

        /// The width of what leaves.
        default int leaving(int width) {
            return width;
        }

        /// How many rows go through the stack for that many tokens.
        default Load rows(Load load) {
            return load;
        }

        /// The table of words, if the input is words.
        Optional<Table.Built> table();

        Cost cost(Load load);
    }
}
