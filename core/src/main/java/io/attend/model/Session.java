package io.attend.model;

import io.attend.architecture.Architecture;
import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.layer.Memory;
import io.attend.layer.Place;
import io.attend.state.State;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// One batch of texts being written, step by step. It holds all that a model remembers between steps, so that the
/// model itself never changes and many sessions share it. For one thread at a time.
public final class Session implements AutoCloseable {
    private final Architecture.Built model;
    private final Map<Place, State> states = new HashMap<>();
    private Optional<Memory> memory;
    private long length;

    Session(Architecture.Built model, Optional<Input> source) {
        this.model = model;
        try (Lifetime _ = Lifetime.open()) {
            memory = source.flatMap(input -> model.topology().read(input, Context.inference()))
                    .map(read -> new Memory(read.values().retain(), read.keep().map(Tensor::retain)));
        }
    }

    /// Takes the next tokens [B, T] and says how likely each word is to follow the last of them: scores [B, V].
    public Tensor next(Tensor tokens) {
        try (Lifetime step = Lifetime.open()) {
            Context context = Context.inference().remembering(states, length);
            if (memory.isPresent()) {
                context = context.attending(memory.get());
            }
            Tensor x = model.topology().step(Tokens.of(tokens), context); // [B, T, E]
            length += tokens.size(1);
            Tensor last = x.narrow(1, x.size(1) - 1, 1); // [B, 1, E]
            return step.keep(model.head().forward(last, context).select(1, 0)); // [B, V]
        }
    }

    /// How many tokens have been taken.
    public long length() {
        return length;
    }

    /// Bytes remembered.
    public long bytes() {
        return states.values().stream().mapToLong(State::bytes).sum();
    }

    /// Goes on with the given rows of the batch, in that order; a row may be taken several times. Rows [B'] of int64.
    public void select(Tensor rows) {
        states.values().forEach(state -> state.select(rows));
        memory = memory.map(old -> {
            try (Lifetime _ = Lifetime.open()) {
                Memory chosen = new Memory(
                        old.values().indexSelect(0, rows).retain(),
                        old.keep().map(keep -> keep.indexSelect(0, rows).retain()));
                free(old);
                return chosen;
            }
        });
    }

    @Override
    public void close() {
        states.values().forEach(State::close);
        states.clear();
        memory.ifPresent(Session::free);
        memory = Optional.empty();
    }

    private static void free(Memory memory) {
        memory.values().close();
        memory.keep().ifPresent(Tensor::close);
    }
}
