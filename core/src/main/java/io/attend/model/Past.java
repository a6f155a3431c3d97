package io.attend.model;

import io.attend.embedding.Tokens;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// What the tokens of a session were said to be beside their ids, [B, S] each; absent while none said anything.
/// Of the ids themselves, if they are kept, as well.
record Past(Optional<Tensor> ids, Optional<Tensor> keep, Optional<Tensor> positions, Optional<Tensor> segments) {
    static final Past NOTHING = new Past(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /// Whether nothing was said and nothing is kept.
    boolean isPlain() {
        return ids.isEmpty() && keep.isEmpty() && positions.isEmpty() && segments.isEmpty();
    }

    /// The same with that of the next tokens behind it; this belongs to the caller's lifetime.
    ///
    /// @param remembering whether the tokens themselves are kept
    Past followed(Tokens next, long length, Remembering remembering) {
        long rows = next.batch();
        long more = next.length();
        return new Past(
                remembering == Remembering.TOKENS
                        ? Optional.of(ids.map(before -> Tensor.cat(1, before, next.ids()))
                                .orElseGet(() -> next.ids().clone()))
                        : Optional.empty(),
                join(
                        keep,
                        next.keep(),
                        () -> Tensor.ones(Shape.of(rows, length), DType.BOOL),
                        () -> Tensor.ones(Shape.of(rows, more), DType.BOOL)),
                join(
                        positions,
                        next.positions(),
                        () -> Tensor.arange(0, length).unsqueeze(0).expand(rows, length),
                        () -> positions
                                .orElseThrow()
                                .narrow(1, length - 1, 1)
                                .add(Tensor.arange(1, more + 1).unsqueeze(0))),
                join(
                        segments,
                        next.segments(),
                        () -> Tensor.zeros(Shape.of(rows, length), DType.INT64),
                        () -> Tensor.zeros(Shape.of(rows, more), DType.INT64)));
    }

    private static Optional<Tensor> join(
            Optional<Tensor> before,
            Optional<Tensor> next,
            Supplier<Tensor> unsaidBefore,
            Supplier<Tensor> unsaidNext) {
        if (before.isEmpty() && next.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Tensor.cat(1, before.orElseGet(unsaidBefore), next.orElseGet(unsaidNext)));
    }

    /// Takes another's place: frees this one's tensors and keeps the other's until [#close].
    Past replacedBy(Past other) {
        Past kept = other.map(Tensor::retain);
        close();
        return kept;
    }

    Past selected(Tensor rows) {
        try (Lifetime _ = Lifetime.open()) {
            return replacedBy(map(tensor -> tensor.indexSelect(0, rows)));
        }
    }

    private Past map(UnaryOperator<Tensor> change) {
        return new Past(ids.map(change), keep.map(change), positions.map(change), segments.map(change));
    }

    void close() {
        ids.ifPresent(Tensor::close);
        keep.ifPresent(Tensor::close);
        positions.ifPresent(Tensor::close);
        segments.ifPresent(Tensor::close);
    }
}
