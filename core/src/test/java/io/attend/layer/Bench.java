package io.attend.layer;

import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A part of a model on the bench: built by itself, every weight filled with seeded numbers, none of which
/// hides a mistake as a bias of 0 or a gain of 1 would.
///
/// @param <L> what was built
public final class Bench<L> implements AutoCloseable {
    private final L built;
    private final Parameters parameters = Parameters.root();
    private final Map<String, double[]> numbers = new LinkedHashMap<>();

    private Bench(Function<Parameters, L> build, DType dtype) {
        built = build.apply(parameters);
        try (Lifetime _ = Lifetime.open();
                io.attend.tensor.Random unused = io.attend.tensor.Random.seeded(0)) {
            for (Parameter parameter : parameters.all()) {
                if (parameter.kind() == Parameter.Kind.FIXED) {
                    parameter.fill(parameter.initializer().make(parameter.shape(), unused));
                } else {
                    numbers.put(parameter.name(), fill(parameter, dtype));
                }
            }
        }
    }

    public static <L> Bench<L> of(Function<Parameters, L> build) {
        return new Bench<>(build, DType.FLOAT64);
    }

    public static <L> Bench<L> of(Function<Parameters, L> build, DType dtype) {
        return new Bench<>(build, dtype);
    }

    /// Fills a parameter with numbers that depend on its name alone, and returns them.
    public static double[] fill(Parameter parameter, DType dtype) {
        int count = Math.toIntExact(parameter.shape().count());
        double[] values = Grids.numbers(parameter.name().hashCode(), count, 0.7);
        if (parameter.kind() == Parameter.Kind.RUNNING) { // may be a variance
            Arrays.setAll(values, i -> 0.4 + Math.abs(values[i]));
        }
        parameter.fill(Grids.cast(values, dtype, parameter.shape()));
        return values;
    }

    public L built() {
        return built;
    }

    public List<Parameter> parameters() {
        return parameters.all();
    }

    /// The learned parameters' tensors.
    public List<Tensor> weights() {
        return parameters.all().stream()
                .filter(parameter -> parameter.kind() == Parameter.Kind.WEIGHT)
                .map(Parameter::tensor)
                .toList();
    }

    /// The same numbers as plain arrays.
    public Numbers numbers() {
        return Numbers.of(numbers);
    }

    @Override
    public void close() {
        parameters.close();
    }
}
