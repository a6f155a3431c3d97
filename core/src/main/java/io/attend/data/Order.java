package io.attend.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Which examples make up the batch of a step. A pure function of the seed and the step, so that a run resumed
/// at any step goes on with the very batches it would have had. Threads may share it.
///
/// Every epoch is a new shuffle. Examples of similar length are put together (within groups of [#GROUP]
/// batches) so that little is padding, and the batches are shuffled again. Where sources have targets, a group
/// is sorted by source length, cut into [#SHARES] shares, and each of these sorted by target length. Examples
/// that are all of one length are shuffled without being written down: a data set of any size takes no memory.
public final class Order {
    private static final int GROUP = 25;
    private static final int SHARES = 8;

    private final int count;
    private final int[] sources;
    private final int[] targets;
    private final Batching batching;
    private final long seed;
    private final List<Long> ends = new ArrayList<>(); // the first step behind each epoch, where they differ
    private long made = -1;
    private Epoch epoch = _ -> new int[0];

    /// Batches of one epoch.
    @FunctionalInterface
    private interface Epoch {
        int[] batch(int number);
    }

    /// @param batch examples a step
    public Order(List<Integer> lengths, int batch, long seed) {
        this(lengths, List.of(), Batching.examples(batch), seed);
    }

    /// @param sources the length of each example
    /// @param targets the length of what is written for each; empty where nothing is
    /// @throws IllegalArgumentException if an example alone has more tokens than a batch may have
    public Order(List<Integer> sources, List<Integer> targets, Batching batching, long seed) {
        this.count = sources.size();
        if (count == 0 || !targets.isEmpty() && targets.size() != count) {
            throw new IllegalArgumentException("a batch of " + batching.limit() + " from " + count + " examples and "
                    + targets.size() + " targets");
        }
        this.batching = batching;
        this.seed = seed;
        int first = sources.getFirst();
        boolean even = targets.isEmpty() && sources.stream().allMatch(length -> length == first);
        this.sources = even ? new int[] {first} : numbers(sources);
        this.targets = numbers(targets);
        if (batching.unit() == Batching.Unit.TOKENS) {
            for (int i = 0; i < this.sources.length; i++) {
                if (tokens(i) > batching.limit()) {
                    throw new IllegalArgumentException("example " + (i + 1) + " has " + tokens(i)
                            + " tokens, more than the " + batching.limit()
                            + " of a batch; give tokens a larger number, or shorter examples");
                }
            }
        }
    }

    private static int[] numbers(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    private int tokens(int example) {
        return targets.length == 0 ? sources[example] : Math.max(sources[example], targets[example]);
    }

    private boolean even() {
        return sources.length == 1;
    }

    /// How often all examples have been seen before this step, counted from 0.
    public synchronized double epoch(long step) {
        int number = find(step);
        return number + (double) (step - begin(number)) / (begin(number + 1) - begin(number));
    }

    /// The examples of a step, counted from 0. Where batches have a number of examples, the few that do not
    /// fill one sit an epoch out.
    public synchronized List<Integer> batch(long step) {
        int number = find(step);
        if (made != number) {
            make(number);
        }
        return Arrays.stream(epoch.batch((int) (step - begin(number)))).boxed().toList();
    }

    private boolean alike() {
        return even() || batching.unit() == Batching.Unit.EXAMPLES;
    }

    /// The epoch of a step. Where epochs differ in how many batches they have, all before it are made.
    private int find(long step) {
        if (alike()) {
            return Math.toIntExact(step / (count / rows()));
        }
        while (ends.isEmpty() || ends.getLast() <= step) {
            make(ends.size());
        }
        int at = Collections.binarySearch(ends, step + 1);
        return at < 0 ? -at - 1 : at;
    }

    /// The first step of an epoch that was found, or of the one behind it.
    private long begin(int number) {
        return alike() ? (long) number * (count / rows()) : number == 0 ? 0 : ends.get(number - 1);
    }

    /// Examples of a batch, where all have as many.
    private int rows() {
        int most = batching.unit() == Batching.Unit.TOKENS ? batching.limit() / sources[0] : batching.limit();
        return Math.min(most, count);
    }

    private void make(int number) {
        long key = seed * 0x9E3779B97F4A7C15L + number;
        made = number;
        if (even()) {
            Permutation shuffle = new Permutation(count, key);
            long rows = rows();
            epoch = batch -> IntStream.range(0, (int) rows)
                    .map(i -> (int) shuffle.at(batch * rows + i))
                    .toArray();
            return;
        }
        SplittableRandom random = new SplittableRandom(key);
        int[] order = IntStream.range(0, count).toArray();
        shuffle(order, random);
        int[] cuts = batching.unit() == Batching.Unit.TOKENS ? byTokens(order) : byExamples(order);
        int[] batches = IntStream.range(0, cuts.length - 1).toArray();
        shuffle(batches, random);
        epoch = batch -> Arrays.copyOfRange(order, cuts[batches[batch]], cuts[batches[batch] + 1]);
        if (!alike() && ends.size() == number) {
            ends.add(begin(number) + batches.length);
        }
    }

    /// Puts similar examples together and says where each batch begins.
    private int[] byExamples(int[] order) {
        int rows = rows();
        int used = count / rows * rows;
        for (int from = 0; from < used; from += GROUP * rows) {
            sort(order, from, Math.min(from + GROUP * rows, used), rows);
        }
        return IntStream.rangeClosed(0, used / rows).map(i -> i * rows).toArray();
    }

    private int[] byTokens(int[] order) {
        double mean = IntStream.range(0, count).mapToLong(this::tokens).sum() / (double) count;
        int rows = (int) Math.max(1, batching.limit() / Math.max(1, mean));
        int group = (int) Math.min(count, (long) GROUP * rows);
        IntStream.Builder cuts = IntStream.builder();
        for (int from = 0; from < count; from += group) {
            int to = Math.min(from + group, count);
            sort(order, from, to, rows);
            int begin = from;
            int longest = 0;
            for (int at = from; at < to; at++) {
                longest = Math.max(longest, tokens(order[at]));
                if (at == from || (long) longest * (at - begin + 1) > batching.limit()) {
                    cuts.add(at);
                    begin = at;
                    longest = tokens(order[at]);
                }
            }
        }
        return cuts.add(count).build().toArray();
    }

    private void sort(int[] order, int from, int to, int rows) {
        sortBy(sources, order, from, to);
        if (targets.length > 0) {
            int share = Math.ceilDiv(Math.ceilDiv(to - from, rows), SHARES) * rows;
            for (int at = from; at < to; at += share) {
                sortBy(targets, order, at, Math.min(at + share, to));
            }
        }
    }

    /// Sorts by a length, and leaves those of one length in their order.
    private static void sortBy(int[] lengths, int[] order, int from, int to) {
        long[] keys = new long[to - from];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) lengths[order[from + i]] << 32 | i;
        }
        Arrays.sort(keys);
        int[] before = Arrays.copyOfRange(order, from, to);
        for (int i = 0; i < keys.length; i++) {
            order[from + i] = before[(int) keys[i]];
        }
    }

    private static void shuffle(int[] numbers, SplittableRandom random) {
        for (int i = numbers.length; i > 1; i--) {
            int j = random.nextInt(i);
            int moved = numbers[i - 1];
            numbers[i - 1] = numbers[j];
            numbers[j] = moved;
        }
    }
}
