package io.attend.architecture;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.norm.Norm;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// How the branches of a block join the stream, and where their norms stand.
public sealed interface Residual
        permits AfterBranchNorm,
                BlockNorm,
                BypassNorm,
                LayerScale,
                NormedStream,
                NoResidual,
                ParallelNorm,
                PostNorm,
                PreNorm,
                Reversible,
                SandwichNorm,
                ScaledSum,
                StochasticDepth {
    /// @param parameters the block's place
    Built build(Parameters parameters, List<Branch> branches, Norm norm, int width);

    /// How the stream is divided inside a stack of such blocks.
    default Streams streams() {
        return Streams.ONE;
    }

    /// A branch that is built: its name in paths, its layer, and what still happens to its result before that
    /// joins the stream.
    record Branch(String name, Layer layer, Ending ending) {
        private static final Ending PLAIN = (y, _) -> y;

        Branch(String name, Layer layer) {
            this(name, layer, PLAIN);
        }

        /// Whether nothing more happens to its result.
        @SuppressWarnings("ReferenceEquality") // this very function
        boolean plain() {
            return ending == PLAIN;
        }

        /// The same branch with one thing more at its end.
        Branch ending(Ending next) {
            return new Branch(name, layer, (y, context) -> next.apply(ending.apply(y, context), context));
        }

        /// What joins the stream.
        Tensor joining(Tensor y, double dropout, Context here) {
            Tensor joining = ending.apply(here.dropout(y, dropout), here);
            here.show("branch", joining);
            return joining;
        }
    }

    /// The last thing done to a branch's result [B, T, E].
    @FunctionalInterface
    interface Ending {
        Tensor apply(Tensor y, Context context);
    }

    /// A block's stream at work.
    interface Built {
        /// @param places where each branch is being applied
        Tensor forward(Tensor x, List<Place> places, Context context);

        Cost cost(Load load);

        /// The same for one token at a time in plain memory, x → x in place; absent where there is no such
        /// form.
        ///
        /// @param places where each branch is being applied
        default Optional<RowStep> row(StepPlan plan, List<Place> places) {
            return Optional.empty();
        }

        /// What the branches of two streams add in turn; none where there is one stream.
        default List<Context.Turn> turns(List<Place> places) {
            return List.of();
        }
    }

    static double checked(double dropout) {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + " is outside [0, 1)");
        }
        return dropout;
    }
}
