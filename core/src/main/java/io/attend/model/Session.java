package io.attend.model;

import io.attend.architecture.Architecture;
import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.layer.Memory;
import io.attend.layer.Place;
import io.attend.state.Cache;
import io.attend.state.KeyValueState;
import io.attend.state.State;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// One batch of texts being written, step by step. It holds all that a model remembers between steps, so that
/// the model itself never changes and many sessions share it. For one thread at a time.
public final class Session implements AutoCloseable {
    private final Architecture.Built model;
    private final Remembering remembering;
    private final Cache cache;
    private final Map<Place, State> states = new HashMap<>();
    private Past past = Past.NOTHING;
    private Optional<Memory> memory;
    private Optional<Long> batch;
    private long length;
    private boolean closed;

    private Session(Architecture.Built model, Remembering remembering, Cache cache) {
        this.model = model;
        this.remembering = remembering;
        this.cache = cache;
        this.batch = Optional.empty();
        this.memory = Optional.empty();
    }

    Session(Architecture.Built model, Optional<Input> source, Remembering remembering, Cache cache) {
        this(model, remembering, cache);
        this.batch = source.map(Input::batch);
        try (Lifetime _ = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            memory = source.flatMap(input -> model.topology().read(input, Context.inference()))
                    .map(read -> new Memory(read.values().retain(), read.keep().map(Tensor::retain)));
        }
    }

    /// Takes the next tokens [B, T] and says how likely each word is to follow the last of them: scores [B, V].
    ///
    /// @throws IllegalArgumentException if the tokens are not those of as many texts as before, are unknown to
    ///     the model or too many for it; the session is then as it was
    public Tensor next(Tensor tokens) {
        return next(Tokens.of(tokens));
    }

    /// Takes the next tokens of texts that differ in length, padded on the left (`Tokens.paddedLeft`), or that
    /// say where they stand or to which of several texts they belong: scores [B, V] of what follows the last of
    /// each. Tokens after these go on numbering from the last position of each text. Nothing is kept for a
    /// backward pass.
    ///
    /// @throws IllegalArgumentException as above
    public Tensor next(Tokens next) {
        return advance(next, x -> x.narrow(1, x.size(1) - 1, 1)).select(1, 0); // [B, V]
    }

    /// Takes the next tokens and says what is likely to follow each of them: scores [B, T, V].
    public Tensor all(Tokens next) {
        return advance(next, x -> x);
    }

    /// Takes the next tokens and says what is likely to follow the last of them, and also what the model made of
    /// each.
    public Read read(Tokens next) {
        Tensor[] vectors = new Tensor[1];
        Tensor scores = advance(next, x -> {
            vectors[0] = x;
            return x.narrow(1, x.size(1) - 1, 1);
        });
        return new Read(vectors[0], scores.select(1, 0));
    }

    /// @param vectors the last vector of each token that was taken [B, T, E]
    /// @param scores of the words that may follow the last [B, V]
    public record Read(Tensor vectors, Tensor scores) {}

    private Tensor advance(Tokens next, UnaryOperator<Tensor> asked) {
        checkOpen();
        checkBatch(next);
        checkRoom(length + next.length());
        try (Lifetime step = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Past extended = past.followed(next, length, remembering);
            boolean again = remembering == Remembering.TOKENS;
            Context context = (again ? Context.inference() : Context.inference().remembering(states, length).caching(cache))
                    .padded(extended.keep())
                    .positioned(extended.positions())
                    .segmented(extended.segments());
            if (memory.isPresent()) {
                context = context.attending(memory.get());
            }
            Tokens taken = again
                    ? new Tokens(
                            extended.ids().orElseThrow(), extended.keep(), extended.segments(), extended.positions())
                    : next;
            Tensor x = model.topology().step(taken, context); // [B, T, E]
            x = step.keep(x.narrow(1, x.size(1) - next.length(), next.length()));
            past = past.replacedBy(extended);
            batch = Optional.of(next.batch());
            length += next.length();
            return step.keep(model.head().forward(asked.apply(x), context)); // [B, T, V]
        } catch (TensorException e) {
            close(); // some layers may remember these tokens and others not
            throw new TensorException(e.getMessage() + "; this session is over, begin another", e);
        }
    }

    /// How many tokens have been taken.
    public long length() {
        return length;
    }

    /// Bytes remembered by the layers.
    public long bytes() {
        return states.values().stream().mapToLong(State::bytes).sum();
    }

    /// Goes on with the given rows of the batch, in that order; a row may be taken several times. Rows [B'] of
    /// int64.
    public void select(Tensor rows) {
        checkOpen();
        states.values().forEach(state -> state.select(rows));
        batch = batch.map(_ -> rows.count());
        past = past.selected(rows);
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

    /// Goes back to when so many tokens had been taken, as if those after them had never come: how words that
    /// were only guessed are taken back.
    ///
    /// @throws IllegalArgumentException if fewer have been taken, or a layer cannot go back, as a recurrence
    ///     cannot
    public void truncate(long shorter) {
        checkOpen();
        if (shorter < 0 || shorter > length) {
            throw new IllegalArgumentException(
                    length + " tokens have been taken, and the session cannot go back to " + shorter);
        }
        if (shorter == length) {
            return;
        }
        List<State> all = List.copyOf(states.values());
        all.stream().filter(state -> !(state instanceof KeyValueState)).forEach(state -> state.truncate(shorter));
        all.stream().filter(KeyValueState.class::isInstance).forEach(state -> state.truncate(shorter));
        past = past.truncated(shorter);
        length = shorter;
    }

    /// Another session that has taken the same tokens and goes on by itself, on any thread: a prefix many texts
    /// share goes through the model once. Keys and values are shared until one of the two writes where the
    /// other has something.
    public Session fork() {
        checkOpen();
        Session other = new Session(model, remembering, cache);
        states.forEach((place, state) -> other.states.put(place, state.fork()));
        other.past = past.forked();
        other.batch = batch;
        other.length = length;
        try (Lifetime _ = Lifetime.open()) {
            other.memory = memory.map(read -> new Memory(
                    read.values().clone().retain(),
                    read.keep().map(keep -> keep.clone().retain())));
        }
        return other;
    }

    /// Takes the texts of another session of the same model in below its own, and closes it. The shorter are
    /// padded in front, so that all texts end together and are gone on with in the same steps.
    ///
    /// @throws IllegalArgumentException if one has taken no tokens, or they remember in different ways
    public void join(Session other) {
        checkOpen();
        other.checkOpen();
        if (!model.equals(other.model) || remembering != other.remembering || !cache.equals(other.cache)) {
            throw new IllegalArgumentException("sessions are joined that are of one model and remember in one way");
        }
        if (length == 0 || other.length == 0) {
            throw new IllegalArgumentException("a session that has taken no tokens cannot be joined");
        }
        Map<Place, State> both = new HashMap<>();
        states.forEach((place, state) ->
                both.put(place, state.beside(Objects.requireNonNull(other.states.get(place)))));
        long rows = batch.orElseThrow();
        long more = other.batch.orElseThrow();
        long longest = Math.max(length, other.length);
        Past joined = past.beside(
                other.past,
                new Past.Sizes(rows, length, longest - length),
                new Past.Sizes(more, other.length, longest - other.length),
                length != other.length);
        Optional<Memory> read = memory.map(mine -> joined(mine, other.memory.orElseThrow()));
        close();
        other.close();
        closed = false;
        states.putAll(both);
        past = joined;
        memory = read;
        batch = Optional.of(rows + more);
        length = longest;
    }

    private static Memory joined(Memory mine, Memory other) {
        try (Lifetime _ = Lifetime.open()) {
            long longest = Math.max(mine.values().size(1), other.values().size(1));
            boolean padded = mine.values().size(1) != other.values().size(1);
            Tensor values = Tensor.cat(0, behind(mine.values(), longest), behind(other.values(), longest));
            Optional<Tensor> keep = padded || mine.keep().isPresent() || other.keep().isPresent()
                    ? Optional.of(Tensor.cat(0, kept(mine, longest), kept(other, longest)).retain())
                    : Optional.empty();
            return new Memory(values.retain(), keep);
        }
    }

    private static Tensor behind(Tensor tensor, long length) {
        long missing = length - tensor.size(1);
        if (missing == 0) {
            return tensor;
        }
        Tensor nothing = tensor.rank() == 3
                ? Tensor.zeros(Shape.of(tensor.size(0), missing, tensor.size(2)), tensor.dtype())
                : Tensor.zeros(Shape.of(tensor.size(0), missing), tensor.dtype());
        return Tensor.cat(1, nothing.to(tensor.device()), tensor);
    }

    private static Tensor kept(Memory memory, long length) {
        return behind(
                memory.keep().orElseGet(() ->
                        Tensor.ones(Shape.of(memory.values().size(0), memory.values().size(1)), DType.BOOL)),
                length);
    }

    private void checkRoom(long needed) {
        if (remembering == Remembering.STATES
                && cache.longest().isPresent()
                && needed > cache.longest().getAsLong()) {
            throw new IllegalArgumentException("the cache has room for " + cache.longest().getAsLong()
                    + " positions, but the text has " + needed + "; give StaticCache more, or use a GrowingCache");
        }
    }

    private void checkBatch(Tokens next) {
        long texts = batch.orElse(next.batch());
        if (texts != next.batch()) {
            throw new IllegalArgumentException("this session writes " + texts + " texts, but the tokens are "
                    + next.ids().shape() + "; Session.select changes its texts");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this session is closed; begin another with Transformer.session");
        }
    }

    @Override
    public void close() {
        closed = true;
        states.values().forEach(State::close);
        states.clear();
        past.close();
        past = Past.NOTHING;
        memory.ifPresent(Session::free);
        memory = Optional.empty();
    }

    private static void free(Memory memory) {
        memory.values().close();
        memory.keep().ifPresent(Tensor::close);
    }
}
