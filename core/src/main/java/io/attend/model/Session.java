package io.attend.model;

import io.attend.architecture.Architecture;
import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.layer.Memory;
import io.attend.layer.Place;
import io.attend.state.State;
import io.attend.tensor.Lifetime;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// One batch of texts being written, step by step. It holds all that a model remembers between steps, so that
/// the model itself never changes and many sessions share it. For one thread at a time.
public final class Session implements AutoCloseable {
    private final Architecture.Built model;
    private final Remembering remembering;
    private final Map<Place, State> states = new HashMap<>();
    private Past past = Past.NOTHING;
    private Optional<Memory> memory;
    private Optional<Long> batch;
    private long length;
    private Optional<DecoderStep> step = Optional.empty();
    private boolean stepSought;
    private boolean closed;

    Session(Architecture.Built model, Optional<Input> source, Remembering remembering) {
        this.model = model;
        this.remembering = remembering;
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
        Optional<DecoderStep> step = step(next);
        if (step.isPresent()) {
            return advance(next, step.get());
        }
        return advance(next, x -> x.narrow(1, x.size(1) - 1, 1)).select(1, 0); // [B, V]
    }

    /// Takes the next tokens and says what is likely to follow each of them: scores [B, T, V].
    public Tensor all(Tokens next) {
        return advance(next, x -> x);
    }

    /// The way without the engine, for one token of one text that nothing more is said of.
    private Optional<DecoderStep> step(Tokens next) {
        checkOpen();
        boolean single = next.ids().count() == 1
                && next.keep().isEmpty()
                && next.positions().isEmpty()
                && next.segments().isEmpty()
                && remembering == Remembering.STATES
                && memory.isEmpty()
                && batch.orElse(1L) == 1
                && past.isPlain();
        if (single && !stepSought) {
            stepSought = true;
            try (Lifetime _ = Lifetime.open();
                    NoGradient _ = NoGradient.open()) {
                step = DecoderStep.of(model, states);
            }
        }
        return single ? step : Optional.empty();
    }

    private Tensor advance(Tokens next, DecoderStep by) {
        long token = next.ids().toLongs()[0];
        try {
            Tensor scores = by.next(token, length); // [1, V]
            batch = Optional.of(1L);
            length++;
            return scores;
        } catch (IllegalArgumentException e) {
            throw e; // before any layer has remembered the token
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Tensor advance(Tokens next, UnaryOperator<Tensor> asked) {
        checkOpen();
        checkBatch(next);
        try (Lifetime step = Lifetime.open();
                NoGradient _ = NoGradient.open()) {
            Past extended = past.followed(next, length, remembering);
            boolean again = remembering == Remembering.TOKENS;
            Context context = (again ? Context.inference() : Context.inference().remembering(states, length))
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
            x = x.narrow(1, x.size(1) - next.length(), next.length());
            past = past.replacedBy(extended);
            batch = Optional.of(next.batch());
            length += next.length();
            return step.keep(model.head().forward(asked.apply(x), context)); // [B, T, V]
        } catch (TensorException e) {
            close(); // some layers may remember these tokens and others not
            throw new TensorException(e.getMessage() + "; this session is over, begin another", e);
        }
    }

    /// Whether the last token asked for alone went the way without the engine.
    boolean isQuick() {
        return step.isPresent();
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
        step.ifPresent(DecoderStep::close);
        step = Optional.empty();
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
