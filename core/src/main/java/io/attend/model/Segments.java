package io.attend.model;

import io.attend.layer.Context;
import io.attend.layer.Place;
import io.attend.state.SegmentState;
import io.attend.state.State;
import java.util.HashMap;
import java.util.Map;

/// What layers take along between passes over the segments of long texts, one row of the batch a text: the memory
/// of Transformer-XL and its kin while they are trained or judged. A session is the same for writing.
///
/// No gradient goes from one segment to the one before it. A pass may be repeated before the next, as one that
/// is computed again for its gradients is. For one thread at a time.
public final class Segments implements AutoCloseable {
    private final Map<Place, State> states = new HashMap<>();
    private long length;

    /// The pass over the next `length` positions of each text, behind all before.
    public Context next(Context pass, long length) {
        states.values().forEach(Segments::check);
        Context context = pass.remembering(states, this.length);
        this.length += length;
        return context;
    }

    private static void check(State state) {
        if (!(state instanceof SegmentState)) {
            throw new IllegalStateException(
                    "this model remembers by a " + state.getClass().getSimpleName()
                            + ", through which no gradient may pass; only what is taken from segment to segment is carried in"
                            + " training");
        }
    }

    /// How many positions came so far.
    public long length() {
        return length;
    }

    /// Bytes taken along.
    public long bytes() {
        return states.values().stream().mapToLong(State::bytes).sum();
    }

    /// Forgets everything: other texts begin.
    @Override
    public void close() {
        states.values().forEach(State::close);
        states.clear();
        length = 0;
    }
}
