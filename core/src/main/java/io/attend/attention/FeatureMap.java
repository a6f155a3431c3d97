package io.attend.attention;

import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;

/// What makes a product of features stand for the similarity of a query and a key.
///
///     similarity(q, k) ≈ φ(q) · φ(k)
///
/// All features are positive, so that weights are too.
public sealed interface FeatureMap permits EluFeatures {
    /// For heads of `size` numbers, D.
    Built build(Parameters parameters, int size);

    /// A feature map at work.
    interface Built {
        /// φ(q), [B, H, T, D] → [B, H, T, R]; may be scaled by a number of each query's own, which no weight
        /// sees.
        Tensor queries(Tensor q);

        /// φ(k), [B, H, T, D] → [B, H, T, R].
        Tensor keys(Tensor k);

        /// R.
        int features();

        /// Operations a query or key.
        double flops();

        /// Numbers saved for the backward pass a query or key.
        double saved();
    }
}
