package io.attend.objective;

import java.util.List;
import java.util.random.RandomGenerator;

/// An objective whose examples are made ready once, before a run, and put together as they are: nothing is
/// drawn.
interface Ready<E> extends Objective.Built {
    /// What is learned from.
    List<E> learned();

    /// What is judged by.
    List<E> judged();

    /// Some of either together.
    Batch batch(List<E> some);

    @Override
    default Batch training(List<Integer> examples, RandomGenerator random) {
        return batch(examples.stream().map(learned()::get).toList());
    }

    @Override
    default int heldOut() {
        return judged().size();
    }

    @Override
    default Batch heldOut(int from, int to) {
        return batch(judged().subList(from, to));
    }
}
