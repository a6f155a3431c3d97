package io.attend.router;

import io.attend.layer.Place;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;

/// What a router reports of one pass: what balance losses are computed from. It lives as long as the
/// pass.
///
/// @param place of the feed-forward
/// @param logits the scores of the experts, [B, T, X], float32 or wider
/// @param chosen the experts that were wanted, [B, T, k] of int64
/// @param placed the experts that were found, [B, T, k]: X where there was no room, and at padding
/// @param keep [B, T] truth values, false at padding; absent when nothing is padding
public record Routing(Place place, Tensor logits, Tensor chosen, Tensor placed, Optional<Tensor> keep) {
    /// The stack the feed-forward belongs to, such as `decoder`.
    public String stack() {
        return place.toString().split("\\.", 2)[0];
    }

    /// How many experts there are, X.
    public long experts() {
        return logits.size(2);
    }

    /// The share of the choices of real tokens that found no room.
    public double overflow() {
        double real =
                keep.map(kept -> kept.to(DType.INT64).sum().item()).orElse((double) placed.size(0) * placed.size(1))
                        * placed.size(2);
        long[] counts = placed.flatten(0, 2).bincount(experts() + 1).toLongs();
        double found = 0;
        for (int i = 0; i < experts(); i++) {
            found += counts[i];
        }
        return real == 0 ? 0 : 1 - found / real;
    }

    /// What each token counts in a mean, [B, T, 1], summing to 1.
    Tensor shares() {
        Tensor real = keep.map(kept -> kept.to(logits.dtype()))
                .orElseGet(() -> Tensor.ones(Shape.of(logits.size(0), logits.size(1)), logits.dtype()));
        return real.div(Math.max(1, real.sum().item())).unsqueeze(2);
    }
}
