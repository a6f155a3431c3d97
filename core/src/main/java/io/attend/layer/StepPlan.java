package io.attend.layer;

import io.attend.kernel.BFloat16Matrix;
import io.attend.kernel.Float32Matrix;
import io.attend.kernel.Matrix;
import io.attend.state.Cache;
import io.attend.state.KeyValueState;
import io.attend.state.State;
import io.attend.tensor.Device;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the [RowStep]s of one session have in common: where its text is, what its layers remember, and the
/// weights, which cannot be freed while it lasts.
public final class StepPlan implements AutoCloseable {
    private final Map<Place, State> states;
    private final Cache cache;
    private final List<Tensor> held = new ArrayList<>();
    private long position;

    /// @param cache how keys and values are kept, which must be plain
    public StepPlan(Map<Place, State> states, Cache cache) {
        this.states = states;
        this.cache = cache;
    }

    /// Where the token stands that is being taken.
    public long position() {
        return position;
    }

    public void position(long next) {
        position = next;
    }

    /// The weights of a matrix where they lie; absent where they are none of the kernels': on another device,
    /// or in another type.
    public Optional<Matrix> matrix(Parameter parameter) {
        if (parameter.packed().isPresent()) {
            return parameter.packed();
        }
        Tensor tensor = parameter.tensor();
        if (tensor.rank() != 2
                || tensor.count() == 0
                || !tensor.device().equals(Device.CPU)
                || tensor.size(0) > Integer.MAX_VALUE
                || tensor.size(1) > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        int rows = (int) tensor.size(0);
        int columns = (int) tensor.size(1);
        return switch (tensor.dtype()) {
            case FLOAT32 ->
                Optional.of(new Float32Matrix(rows, columns, held(tensor).memory()));
            case BFLOAT16 ->
                Optional.of(new BFloat16Matrix(rows, columns, held(tensor).memory()));
            default -> Optional.empty();
        };
    }

    private Tensor held(Tensor tensor) {
        held.add(tensor.retain());
        return tensor;
    }

    /// The numbers of a vector, a copy.
    public float[] vector(Parameter parameter) {
        return parameter.tensor().toFloats();
    }

    /// What a place remembers of its keys and values.
    public KeyValueState keysAndValues(Place place) {
        return (KeyValueState) states.computeIfAbsent(place, _ -> new KeyValueState(cache));
    }

    @Override
    public void close() {
        held.forEach(Tensor::close);
        held.clear();
    }
}
