package io.attend.state;

import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/// What a layer takes along from segment to segment of a text: tensors [B, ...] in the layer's own order, without
/// a gradient. It serves steps of a generation and steps of training alike: while one pass goes on, and is
/// computed again for its gradients, what came before it stays as it was.
public final class SegmentState implements State {
    private List<Tensor> before = List.of();
    private List<Tensor> behind = List.of();
    private long came;
    private long coming;
    private long length;

    /// What was taken along to the pass in front of which so many positions are; nothing to the first.
    public List<Tensor> before(long positions) {
        if (positions != came && positions == coming) {
            before.forEach(Tensor::close);
            before = behind;
            behind = List.of();
            came = coming;
        }
        if (positions != came) {
            throw new IllegalStateException("the state is behind " + coming + " positions of the text, and the pass"
                    + " behind " + positions + "; give it every segment once, in their order");
        }
        return before;
    }

    /// Takes these along to the pass in front of which so many positions are.
    ///
    /// @param held how many positions they are of
    public void take(List<Tensor> next, long positions, long held) {
        behind.forEach(Tensor::close);
        try (Lifetime _ = Lifetime.open()) {
            behind = next.stream()
                    .map(tensor -> tensor.detach().clone().retain())
                    .toList();
        }
        coming = positions;
        length = held;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long bytes() {
        return (behind.isEmpty() ? before : behind)
                .stream()
                        .mapToLong(tensor -> tensor.count() * tensor.dtype().bytes())
                        .sum();
    }

    @Override
    public void select(Tensor rows) {
        before = selected(before, rows);
        behind = selected(behind, rows);
    }

    private static List<Tensor> selected(List<Tensor> tensors, Tensor rows) {
        try (Lifetime _ = Lifetime.open()) {
            List<Tensor> chosen = tensors.stream()
                    .map(tensor -> tensor.indexSelect(0, rows).retain())
                    .toList();
            tensors.forEach(Tensor::close);
            return chosen;
        }
    }

    @Override
    public void truncate(long shorter) {
        State.checkShorter(shorter, length);
        if (shorter != length) {
            throw new IllegalArgumentException("segments cannot go back: what was taken along of the " + length
                    + " positions before is all there is, and what it was at " + shorter + " is gone");
        }
    }

    @Override
    public void drop(long count) {
        if (count != 0) {
            throw new IllegalArgumentException(
                    "segments keep their place in the text, and cannot forget its first " + count + " positions");
        }
    }

    @Override
    public SegmentState fork() {
        return with(copies(before), copies(behind));
    }

    @Override
    public SegmentState beside(State other) {
        if (!(other instanceof SegmentState more)
                || more.came != came
                || more.coming != coming
                || more.before.size() != before.size()
                || more.behind.size() != behind.size()) {
            throw State.notAlike(this, other);
        }
        return with(below(before, more.before), below(behind, more.behind));
    }

    private SegmentState with(List<Tensor> earlier, List<Tensor> later) {
        SegmentState other = new SegmentState();
        other.before = earlier;
        other.behind = later;
        other.came = came;
        other.coming = coming;
        other.length = length;
        return other;
    }

    private static List<Tensor> copies(List<Tensor> tensors) {
        try (Lifetime _ = Lifetime.open()) {
            return tensors.stream().map(tensor -> tensor.clone().retain()).toList();
        }
    }

    private static List<Tensor> below(List<Tensor> above, List<Tensor> below) {
        try (Lifetime _ = Lifetime.open()) {
            return IntStream.range(0, above.size())
                    .mapToObj(i -> Tensor.cat(0, above.get(i), below.get(i)).retain())
                    .toList();
        }
    }

    @Override
    public void close() {
        before.forEach(Tensor::close);
        behind.forEach(Tensor::close);
        before = List.of();
        behind = List.of();
        came = 0;
        coming = 0;
        length = 0;
    }
}
