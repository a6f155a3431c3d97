package io.attend.position;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// A position as something that acts inside attention, between a query and a key.
public sealed interface RelativePosition
        permits Alibi, BucketedBias, Kerple, NoPosition, Rotary, Sandwich, ShawPosition, TransformerXlPosition {
    Built build(Parameters parameters, HeadShape heads);

    /// The heads a position is built for, named so that the numbers cannot be swapped.
    ///
    /// @param heads query heads H
    /// @param keyValueHeads K
    /// @param size numbers a head, D
    record HeadShape(int heads, int keyValueHeads, int size) {}

    /// What a number added to a score depends on.
    enum Added {
        /// None is added.
        NOTHING,
        /// How far apart query and key stand and nothing else, up to a number a query, which softmax does not see:
        /// pieces of a sequence have it in common.
        DISTANCE,
        /// More than that.
        PAIR
    }

    /// A position at work. Each part leaves things as they are unless the variant says otherwise.
    interface Built {
        /// Queries [B, H, T, D] turned by where they stand.
        default Tensor queries(Tensor queries, Context context) {
            return queries;
        }

        /// Keys [B, K, T, D] turned by where they stand, before they are remembered.
        default Tensor keys(Tensor keys, Context context) {
            return keys;
        }

        /// Values [B, K, T, D] turned by where they stand, before they are remembered.
        default Tensor values(Tensor values, Context context) {
            return values;
        }

        /// What is added to the scores of queries [B, H, T, D] and all keys [B, K, S, D]: broadcasts to [B, H,
        /// T, S].
        default Optional<Tensor> bias(Tensor queries, Tensor keys, Context context) {
            return Optional.empty();
        }

        /// What [#bias] depends on.
        default Added added() {
            return Added.NOTHING;
        }

        /// Whether [#gathered] gives something: attention must then compute its weights.
        default boolean gathers() {
            return false;
        }

        /// What is added to the gathered values [B, H, T, D], from the weights [B, H, T, S].
        default Optional<Tensor> gathered(Tensor weights, Context context) {
            return Optional.empty();
        }

        /// What all of it costs under a load, beside the attention it acts in.
        default Cost cost(Load load) {
            return Cost.NONE;
        }
    }
}
