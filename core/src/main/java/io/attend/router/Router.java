package io.attend.router;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// Which of X experts each position goes to. Padding goes to none.
public sealed interface Router permits HashRouter, SequenceRouter, SwitchRouter, TopKRouter {
    /// @throws io.attend.layer.ArchitectureException if it wants more experts than there are
    Built build(Parameters parameters, int width, int experts);

    /// How many experts a position goes to at most.
    int choices();

    /// How many positions of a sequence an expert takes.
    default Capacity capacity() {
        return new UnlimitedCapacity();
    }

    /// Whether no position's choice depends on a position behind it.
    default boolean causal() {
        return true;
    }

    /// Whether a position's choice depends on that position alone.
    default boolean local() {
        return true;
    }

    /// A router at work.
    interface Built {
        /// Where the positions x [B, T, E] go.
        Routes route(Tensor x, Context context);

        Cost cost(Load load);
    }

    /// Where positions go.
    ///
    /// @param experts the numbers of the experts, [B, T, k] of int64; X stands for none
    /// @param weights what each expert's result counts, [B, T, k]
    /// @param passed what the input itself counts in the result, [B, T]; absent where it never does
    record Routes(Tensor experts, Tensor weights, Optional<Tensor> passed) {}
}
