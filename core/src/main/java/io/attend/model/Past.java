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

    /// The rows of this behind `before` positions and below them those of another behind `beforeOther`: what
    /// stands before is padding.
    Past beside(Past other, Sizes mine, Sizes others, boolean padded) {
        try (Lifetime _ = Lifetime.open()) {
            Past both = new Past(
                    ids.isPresent() && other.ids.isPresent()
                            ? Optional.of(Tensor.cat(0, mine.behind(ids.get()), others.behind(other.ids.get())))
                            : Optional.empty(),
                    padded || keep.isPresent() || other.keep.isPresent()
                            ? Optional.of(Tensor.cat(0, mine.kept(keep), others.kept(other.keep)))
                            : Optional.empty(),
                    padded || positions.isPresent() || other.positions.isPresent()
                            ? Optional.of(Tensor.cat(0, mine.counted(positions), others.counted(other.positions)))
                            : Optional.empty(),
                    segments.isPresent() || other.segments.isPresent()
                            ? Optional.of(Tensor.cat(0, mine.texts(segments), others.texts(other.segments)))
                            : Optional.empty());
            return both.map(Tensor::retain);
        }
    }

    /// How large one of two batches is that are joined.
    ///
    /// @param length of its texts so far
    /// @param before padding that its texts get in front
    record Sizes(long rows, long length, long before) {
        private Tensor behind(Tensor tensor) {
            return before == 0
                    ? tensor
                    : Tensor.cat(1, Tensor.zeros(Shape.of(rows, before), tensor.dtype()), tensor);
        }

        private Tensor kept(Optional<Tensor> keep) {
            return behind(keep.orElseGet(() -> Tensor.ones(Shape.of(rows, length), DType.BOOL)));
        }

        private Tensor counted(Optional<Tensor> positions) {
            return behind(positions.orElseGet(
                    () -> Tensor.arange(0, length).unsqueeze(0).expand(rows, length)));
        }

        private Tensor texts(Optional<Tensor> segments) {
            return behind(segments.orElseGet(() -> Tensor.zeros(Shape.of(rows, length), DType.INT64)));
        }
    }

    /// The first positions alone.
    Past truncated(long length) {
        try (Lifetime _ = Lifetime.open()) {
            return replacedBy(map(tensor -> tensor.narrow(1, 0, length).clone()));
        }
    }

    /// Another with the same in it, kept until [#close].
    Past forked() {
        try (Lifetime _ = Lifetime.open()) {
            return map(tensor -> tensor.clone().retain());
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
