package io.attend.verify;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.Safetensors;
import io.attend.checkpoint.Safetensors.Entry;
import io.attend.huggingface.Pretrained;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// A folder's model against numbers that another program computed with it: every output, gradient and text that
/// `expected.safetensors` holds.
///
/// Tensors named `in.*` are given to the model; every `out.*`, `grad.*` and `gradnorm.*` is compared. One that
/// the model does not give is a failure, never passed over. Texts must be equal; for numbers
///
///     |actual − expected| ≤ tolerance · max|expected| + tolerance
///
/// at every position that is not padding.
public final class Verification {
    /// What differences between orders of summation stay below.
    public static final double TOLERANCE = 1e-4;

    private static final int WRITTEN = 12;

    /// Scores below are those of keys that nobody may see; how far below says nothing.
    private static final double HIDDEN = -1e30;

    private Verification() {}

    /// One tensor, compared.
    ///
    /// @param error the largest absolute difference; infinite if there is nothing to compare
    /// @param relative that over the largest magnitude expected
    /// @param problem why there is nothing to compare, or why it was compared in another way
    public record Check(String name, double error, double relative, boolean passed, Optional<String> problem) {
        static Check failed(String name, String problem) {
            return new Check(name, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, false, Optional.of(problem));
        }
    }

    /// Loads the folder and compares everything its `expected.safetensors` holds.
    ///
    /// @throws CheckpointException if the folder cannot be loaded or has no such file
    public static List<Check> of(Path folder, double tolerance) {
        Path file = folder.resolve("expected.safetensors");
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    file, "no such file; it holds what another program computed: tensors in.*, out.*, grad.*");
        }
        Safetensors expected = Safetensors.open(file);
        try (Pretrained pretrained = Pretrained.load(folder);
                Lifetime _ = Lifetime.open()) {
            Inputs inputs = new Inputs(expected);
            Actual actual = new Actual(pretrained, inputs, written(expected));
            List<Check> checks = new ArrayList<>();
            for (Map.Entry<String, Entry> tensor : expected.entries().entrySet()) {
                if (!tensor.getKey().startsWith("in.")) {
                    try (Lifetime _ = Lifetime.open()) {
                        checks.add(check(expected, tensor.getValue(), actual, tolerance));
                    }
                }
            }
            inputs.unread()
                    .forEach(name -> checks.add(
                            Check.failed("in." + name, "not given to the model: Attend does not know this input")));
            return checks;
        }
    }

    /// How many tokens the texts of the file have behind their prompt; as many as are usual where none is
    /// complete.
    private static int written(Safetensors file) {
        Map<String, Entry> all = file.entries();
        Entry text = all.containsKey("out.greedy") ? all.get("out.greedy") : all.get("out.beam");
        if (text == null || text.shape().rank() != 2) {
            return WRITTEN;
        }
        Entry prompt = all.get("in.gen_input_ids");
        long before = prompt == null || prompt.shape().rank() != 2
                ? 1
                : prompt.shape().size(1);
        return Math.clamp(text.shape().size(1) - before, 1, 10_000);
    }

    private static Check check(Safetensors file, Entry entry, Actual actual, double tolerance) {
        String name = entry.name();
        Optional<Actual.Value> found;
        try {
            found = actual.value(name);
        } catch (IllegalArgumentException | IllegalStateException e) {
            return Check.failed(name, String.valueOf(e.getMessage()));
        }
        if (found.isEmpty()) {
            return Check.failed(name, "not checked: Attend does not know this name");
        }
        Tensor value = found.get().tensor();
        if (!value.shape().equals(entry.shape())) {
            return Check.failed(name, "is " + value.shape() + " where " + entry.shape() + " is expected");
        }
        Tensor wanted = Tensor.copied(file.data(name), entry.dtype(), entry.shape());
        OptionalDouble norm = otherNorm(file, entry, wanted);
        if (norm.isPresent()) {
            return byNorm(name, value, norm.getAsDouble(), tolerance);
        }
        return entry.dtype().isFloating()
                ? close(name, value, wanted, found.get().keep(), tolerance)
                : equal(name, value, wanted);
    }

    /// What the file says the norm of a gradient is, where its numbers are all zeros and that norm is not:
    /// nothing can equal both. PyTorch's `zero_grad` in place leaves such files behind.
    private static OptionalDouble otherNorm(Safetensors file, Entry entry, Tensor wanted) {
        String norm = entry.name().replaceFirst("^grad\\.", "gradnorm.");
        if (norm.equals(entry.name()) || !file.entries().containsKey(norm)) {
            return OptionalDouble.empty();
        }
        Entry one = file.entries().get(norm);
        double length = Tensor.copied(file.data(norm), one.dtype(), one.shape()).item();
        return length > 0 && wanted.eq(0).all() ? OptionalDouble.of(length) : OptionalDouble.empty();
    }

    /// A gradient against the only thing its file knows of it, its norm; the line says so.
    private static Check byNorm(String name, Tensor value, double norm, double tolerance) {
        double error = Math.abs(value.square().sum().sqrt().item() - norm);
        return new Check(
                name,
                error,
                error / norm,
                error <= tolerance * norm + tolerance,
                Optional.of("the file's own numbers contradict each other: zeros here, but gradnorm"
                        + name.substring("grad".length()) + " is " + norm + "; compared by that norm only"));
    }

    private static Check equal(String name, Tensor value, Tensor wanted) {
        long[] had = value.toLongs();
        long[] right = wanted.toLongs();
        double error = 0;
        for (int i = 0; i < right.length; i++) {
            error = Math.max(error, Math.abs((double) had[i] - right[i]));
        }
        return new Check(name, error, error, error == 0, Optional.empty());
    }

    /// @param keep [B, T] rows to compare, of values [B, T, ...] or, for attention, [B, H, T, S], or as many as the
    ///     values have axes but the last, in one line
    private static Check close(String name, Tensor value, Tensor wanted, Optional<boolean[]> keep, double tolerance) {
        double[] had = value.toDoubles();
        double[] right = wanted.toDoubles();
        long[] shape = wanted.shape().toArray();
        int axis = shape.length < 4 ? 1 : shape.length - 2;
        long inner = 1;
        for (int i = axis + 1; i < shape.length; i++) {
            inner *= shape[i];
        }
        long outer = 1;
        for (int i = 1; i < Math.min(axis, shape.length); i++) {
            outer *= shape[i];
        }
        boolean inLine = keep.isPresent() && keep.get().length == right.length / shape[shape.length - 1];
        double error = 0;
        double largest = 0;
        for (int i = 0; i < right.length; i++) {
            if (keep.isPresent()) {
                long row = i / inner % shape[axis];
                long batch = i / inner / shape[axis] / outer;
                long place = inLine ? i / shape[shape.length - 1] : batch * shape[axis] + row;
                if (!keep.get()[(int) place]) {
                    continue;
                }
            }
            if (right[i] <= HIDDEN && had[i] <= HIDDEN) {
                continue;
            }
            largest = right[i] <= HIDDEN ? largest : Math.max(largest, Math.abs(right[i]));
            double difference = Math.abs(had[i] - right[i]);
            error = difference <= error ? error : difference; // not a number wins
        }
        return new Check(
                name,
                error,
                OptionalDouble.of(error / Math.max(largest, Double.MIN_NORMAL)).getAsDouble(),
                error <= tolerance * largest + tolerance,
                Optional.empty());
    }
}
