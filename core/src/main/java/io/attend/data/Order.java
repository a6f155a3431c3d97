package io.attend.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Which examples make up the batch of a step. A pure function of the seed and the step, so that a run resumed
/// at any step goes on with the very batches it would have had.
///
/// Every epoch is a new shuffle. Examples of similar length are put together (within groups of [#GROUP]
/// batches) so that little is padding, and the batches are shuffled again.
public final class Order {
    private static final int GROUP = 25;

    private final List<Integer> lengths;
    private final int batch;
    private final long seed;
    private final int batchesPerEpoch;
    private long epoch = -1;
    private List<List<Integer>> batches = List.of();

    /// @param lengths of each example
    /// @param batch examples a step
    public Order(List<Integer> lengths, int batch, long seed) {
        if (lengths.isEmpty() || batch < 1) {
            throw new IllegalArgumentException("a batch of " + batch + " from " + lengths.size() + " examples");
        }
        this.lengths = List.copyOf(lengths);
        this.batch = Math.min(batch, lengths.size());
        this.seed = seed;
        this.batchesPerEpoch = lengths.size() / this.batch;
    }

    /// How often all examples have been seen before this step, counted from 0.
    public double epoch(long step) {
        return (double) step / batchesPerEpoch;
    }

    /// The examples of a step, counted from 0. The few that do not fill a batch sit an epoch out.
    public List<Integer> batch(long step) {
        long wanted = step / batchesPerEpoch;
        if (wanted != epoch) {
            batches = shuffled(wanted);
            epoch = wanted;
        }
        return batches.get((int) (step % batchesPerEpoch));
    }

    private List<List<Integer>> shuffled(long number) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, lengths.size()).boxed().toList());
        Collections.shuffle(order, random);
        List<List<Integer>> made = new ArrayList<>();
        for (int from = 0; from < batchesPerEpoch * batch; from += GROUP * batch) {
            List<Integer> group = order.subList(from, Math.min(from + GROUP * batch, batchesPerEpoch * batch));
            group.sort(Comparator.comparing(lengths::get));
            for (int at = 0; at < group.size(); at += batch) {
                made.add(List.copyOf(group.subList(at, at + batch)));
            }
        }
        Collections.shuffle(made, random);
        return made;
    }
}
