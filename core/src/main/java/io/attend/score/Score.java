package io.attend.score;

import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import java.util.OptionalDouble;

/// How well a query matches a key. Scores compose: a [SoftCap] or [TalkingHeads] holds the score it works on.
public sealed interface Score
        permits Additive,
                CosineSimilarity,
                DotProduct,
                FixedScaleDotProduct,
                General,
                ScaledDotProduct,
                SoftCap,
                TalkingHeads {
    Built build(Parameters parameters, Sizes sizes);

    /// The heads a score is built for, named so that the numbers cannot be swapped.
    ///
    /// @param heads query heads H
    /// @param size numbers a head, D
    record Sizes(int heads, int size) {}

    /// A score at work: queries and keys are prepared once, each by itself; then every pair is scored.
    interface Built {
        /// Queries [B, H, T, D] as [#scores] wants them, [B, H, T, D'].
        default Tensor queries(Tensor queries) {
            return queries;
        }

        /// Keys [B, K, S, D] as [#scores] wants them, [B, K, S, D'].
        default Tensor keys(Tensor keys) {
            return keys;
        }

        /// D', numbers a prepared key has.
        default int keySize(int size) {
            return size;
        }

        /// Prepared queries [B, H, T, D'] and keys [B, K, S, D'], H / K query heads on each key head → scores
        /// [B, H, T, S]. They may be wider than the model's numbers: halves come as float32.
        Tensor scores(Tensor queries, Tensor keys);

        /// What becomes of the weights [B, H, T, S] that softmax made of the scores.
        default Tensor weights(Tensor weights) {
            return weights;
        }

        /// The number that makes `scale · Q Kᵀ` of what was prepared equal this score, if there is one: then
        /// the fused kernel is exact.
        default OptionalDouble scale() {
            return OptionalDouble.empty();
        }

        /// The same number where nothing happens to queries and keys before.
        default OptionalDouble product() {
            return OptionalDouble.empty();
        }

        /// What it takes.
        Work work();
    }

    /// Operations of a score, and what it keeps.
    ///
    /// @param pair operations a pair of query and key, a head
    /// @param query operations of preparing one query of one head
    /// @param key operations of preparing one key of one head
    /// @param kept numbers a pair keeps for the backward pass where pairs are computed one by one
    record Work(double pair, double query, double key, double kept) {
        static Work pair(double operations) {
            return new Work(operations, 0, 0, 0);
        }

        Work query(double operations) {
            return new Work(pair, operations, key, kept);
        }

        Work key(double operations) {
            return new Work(pair, query, operations, kept);
        }

        /// The same and as much more for every pair.
        Work and(double operations, double numbers) {
            return new Work(pair + operations, query, key, kept + numbers);
        }
    }
}
