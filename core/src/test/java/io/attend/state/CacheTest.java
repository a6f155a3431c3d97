package io.attend.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import io.attend.value.Examples;
import io.attend.value.Formulas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every cache gives back what it was given, as exactly as it says, whatever becomes of the texts.
class CacheTest {
    private static final int BATCH = 3;
    private static final int HEADS = 2;
    private static final int SIZE = 7;
    private static final int LENGTH = 53;

    private final Lifetime lifetime = Lifetime.open();

    @AfterEach
    void close() {
        lifetime.close();
    }

    /// What a vector is after it has been kept.
    @FunctionalInterface
    private interface Kept {
        double[] of(double[] vector);
    }

    private static final Formulas<Cache, Kept> ALL = Formulas.<Cache, Kept>of(Cache.class)
            .with(GrowingCache.class, _ -> vector -> vector)
            .with(StaticCache.class, _ -> vector -> vector)
            .with(RollingCache.class, _ -> vector -> vector) // as long as nothing is forgotten
            .with(OffloadedCache.class, _ -> vector -> vector)
            .with(QuantisedCache.class, value -> vector -> quantised(value, vector));

    private static double[] quantised(QuantisedCache value, double[] vector) {
        double[] kept = new double[vector.length];
        for (int from = 0; from < vector.length; from += value.block()) {
            int to = Math.min(from + value.block(), vector.length);
            double least = bfloat16(Arrays.stream(vector, from, to).min().orElseThrow());
            double most = Arrays.stream(vector, from, to).max().orElseThrow();
            double levels = Math.pow(2, value.bits()) - 1;
            double step = bfloat16(Math.max((most - least) / levels, 1e-30));
            for (int i = from; i < to; i++) {
                double code = Math.clamp(Math.floor((vector[i] - least) / step + 0.5), 0, levels);
                kept[i] = least + step * code;
            }
        }
        return kept;
    }

    private static double bfloat16(double x) {
        int bits = Float.floatToIntBits((float) x);
        int rounded = bits + 0x7fff + (bits >> 16 & 1) & 0xffff0000;
        return Float.intBitsToFloat(rounded);
    }

    private static Tensor numbers(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[BATCH * HEADS * LENGTH * SIZE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() + (i % SIZE == 3 ? 5 : 0)); // one channel stands out
        }
        return Tensor.of(values, BATCH, HEADS, LENGTH, SIZE);
    }

    private static float[] kept(Cache cache, Tensor x) {
        float[] all = x.toFloats();
        double[] expected = new double[all.length];
        for (int from = 0; from < all.length; from += SIZE) {
            double[] vector = new double[SIZE];
            for (int i = 0; i < SIZE; i++) {
                vector[i] = all[from + i];
            }
            System.arraycopy(ALL.of(cache).of(vector), 0, expected, from, SIZE);
        }
        float[] floats = new float[all.length];
        for (int i = 0; i < all.length; i++) {
            floats[i] = (float) expected[i];
        }
        return floats;
    }

    private static void assertHolds(KeyValueState state, Cache cache, Tensor keys) {
        assertThat(state.length()).isEqualTo(keys.size(2));
        assertThat(state.keys().shape()).isEqualTo(keys.shape());
        assertThat(state.keys().toFloats())
                .as("%s", cache)
                .usingComparatorWithPrecision(2e-6f)
                .containsExactly(kept(cache, keys));
        assertThat(state.values().toFloats())
                .usingComparatorWithPrecision(2e-6f)
                .containsExactly(kept(cache, keys.neg()));
    }

    private static void append(KeyValueState state, Tensor keys, int from, int to) {
        try (Lifetime _ = Lifetime.open()) {
            Tensor some = keys.narrow(2, from, to - from);
            state.append(some, some.neg());
        }
    }

    @TestFactory
    Stream<DynamicTest> givesBackWhatItWasGiven() {
        return Examples.of(Cache.class)
                .map(example -> DynamicTest.dynamicTest(example.name(), () -> {
                    try (Lifetime _ = Lifetime.open();
                            KeyValueState state = new KeyValueState(example.value())) {
                        Tensor x = numbers(1);
                        int at = 0;
                        for (int chunk : new int[] {1, 30, 1, 2, 19}) {
                            append(state, x, at, at + chunk);
                            at += chunk;
                            assertHolds(state, example.value(), x.narrow(2, 0, at));
                        }
                        Tensor rows = Tensor.of(new long[] {2, 0, 2});
                        state.select(rows);
                        assertHolds(state, example.value(), x.indexSelect(0, rows));
                    }
                }));
    }

    /// What is forgotten is written over, and what comes after is right.
    @TestFactory
    Stream<DynamicTest> goesBackAndOn() {
        return Examples.of(Cache.class)
                .map(example -> DynamicTest.dynamicTest(example.name(), () -> {
                    try (Lifetime _ = Lifetime.open();
                            KeyValueState state = new KeyValueState(example.value())) {
                        Tensor x = numbers(1);
                        Tensor guessed = numbers(2);
                        append(state, x, 0, 13);
                        append(state, guessed, 13, 19);
                        state.truncate(13);
                        assertHolds(state, example.value(), x.narrow(2, 0, 13));
                        append(state, x, 13, LENGTH);
                        assertHolds(state, example.value(), x);
                        assertThatThrownBy(() -> state.truncate(LENGTH + 1))
                                .isInstanceOf(IllegalArgumentException.class)
                                .hasMessage("53 positions are remembered and cannot be cut to 54");
                    }
                }));
    }

    /// Two that began as one do not see what the other goes on with, whichever writes first, goes back or ends.
    @TestFactory
    Stream<DynamicTest> forksGoOnByThemselves() {
        return Examples.of(Cache.class)
                .map(example -> DynamicTest.dynamicTest(example.name(), () -> {
                    try (Lifetime _ = Lifetime.open();
                            KeyValueState first = new KeyValueState(example.value())) {
                        Tensor x = numbers(1);
                        Tensor y = numbers(2);
                        append(first, x, 0, 11);
                        KeyValueState second = first.fork();
                        KeyValueState third = second.fork();
                        append(second, y, 11, 17);
                        append(first, x, 11, LENGTH);
                        assertHolds(first, example.value(), x);
                        assertHolds(second, example.value(), Tensor.cat(2, x.narrow(2, 0, 11), y.narrow(2, 11, 6)));
                        third.truncate(7);
                        append(third, y, 7, 11);
                        assertHolds(third, example.value(), Tensor.cat(2, x.narrow(2, 0, 7), y.narrow(2, 7, 4)));
                        second.close();
                        append(third, y, 11, 13);
                        assertHolds(third, example.value(), Tensor.cat(2, x.narrow(2, 0, 7), y.narrow(2, 7, 6)));
                        third.close();
                        assertHolds(first, example.value(), x);
                    }
                }));
    }

    /// Rows of two lengths end together.
    @TestFactory
    Stream<DynamicTest> standsBesideAnother() {
        return Examples.of(Cache.class)
                .map(example -> DynamicTest.dynamicTest(example.name(), () -> {
                    try (Lifetime _ = Lifetime.open();
                            KeyValueState first = new KeyValueState(example.value());
                            KeyValueState second = new KeyValueState(example.value())) {
                        Tensor x = numbers(1);
                        append(first, x, 0, 5);
                        append(second, x, 5, 16);
                        try (KeyValueState both = second.beside(first)) {
                            assertThat(both.keys().shape()).isEqualTo(Shape.of(2 * BATCH, HEADS, 11, SIZE));
                            assertThat(both.keys().narrow(0, 0, BATCH).toFloats())
                                    .usingComparatorWithPrecision(1e-6f)
                                    .containsExactly(second.keys().toFloats());
                            assertThat(both.values()
                                            .narrow(0, BATCH, BATCH)
                                            .narrow(2, 6, 5)
                                            .toFloats())
                                    .usingComparatorWithPrecision(1e-6f)
                                    .containsExactly(first.values().toFloats());
                            assertThat(both.keys()
                                            .narrow(0, BATCH, BATCH)
                                            .narrow(2, 0, 6)
                                            .abs()
                                            .sum()
                                            .item())
                                    .isZero();
                        }
                    }
                }));
    }

    @Test
    void aQuantisedNumberTakesTheBytesItsPageSays() {
        for (int bits : new int[] {8, 4}) {
            try (KeyValueState state = new KeyValueState(new QuantisedCache(bits, 32))) {
                Tensor x = Tensor.ones(Shape.of(2, 3, 11, 64), DType.FLOAT32);
                state.append(x, x);
                assertThat(state.bytes() / (2.0 * 2 * 3 * 11 * 64)).isEqualTo(bits / 8.0 + 4 / 32.0);
            }
        }
        try (KeyValueState state = new KeyValueState(new QuantisedCache(4, 32))) {
            Tensor x = numbers(3).to(DType.BFLOAT16);
            state.append(x, x);
            assertThat(state.keys().dtype())
                    .as("the type of the keys that came")
                    .isEqualTo(DType.BFLOAT16);
        }
    }

    @Test
    void offloadedFilesAreGoneFromTheFolderAndFromTheProcess(@TempDir Path folder) throws IOException {
        try (KeyValueState state = new KeyValueState(new OffloadedCache(folder.toString()))) {
            append(state, numbers(1), 0, 40);
            append(state, numbers(1), 40, LENGTH);
            assertThat(mapped(folder)).as("mapped files").isEqualTo(2);
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).isEmpty();
            }
        }
        assertThat(mapped(folder)).isZero();
        KeyValueState nowhere =
                new KeyValueState(new OffloadedCache(folder.resolve("missing").toString()));
        assertThatThrownBy(() -> append(nowhere, numbers(1), 0, 1))
                .isInstanceOf(TensorException.class)
                .hasMessageStartingWith("the cache cannot be kept in \"" + folder.resolve("missing") + "\": ");
    }

    private static long mapped(Path folder) throws IOException {
        Path maps = Path.of("/proc/self/maps");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(maps));
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.filter(line -> line.contains(folder.toString())).count();
        }
    }

    @Test
    void refusesWhatItCannotKeep() {
        assertThatThrownBy(() -> new QuantisedCache(5, 32)).hasMessage("a cache keeps 8 or 4 bits a number, not 5");
        assertThatThrownBy(() -> new QuantisedCache(8, 7))
                .hasMessage("a block must hold an even count of numbers, not 7");
        assertThatThrownBy(() -> new StaticCache(0)).hasMessage("a cache needs room for at least 1 position, not 0");
    }

    /// What a rolling cache holds is its first and its latest vectors, however many come at a time: held
    /// against a list.
    @Test
    void aRollingCacheHoldsTheFirstAndTheLatest() {
        for (RollingCache cache : new RollingCache[] {new RollingCache(3, 7), new RollingCache(0, 5)}) {
            java.util.List<Integer> held = new java.util.ArrayList<>();
            int next = 0;
            try (Room room = cache.room()) {
                for (int more :
                        new int[] {2, 1, 1, 13, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 29, 1, 1}) {
                    while (held.size() > cache.sinks() + cache.window() - 1) {
                        held.subList(cache.sinks(), cache.sinks() + 1).clear();
                    }
                    float[] vectors = new float[more];
                    for (int i = 0; i < more; i++) {
                        vectors[i] = next;
                        held.add(next++);
                    }
                    room.append(Tensor.of(vectors, 1, 1, more, 1));
                    assertThat(room.all().to(DType.INT64).toLongs())
                            .as("%s after %s", cache, next)
                            .containsExactly(
                                    held.stream().mapToLong(Integer::longValue).toArray());
                    assertThat(room.bytes()).isEqualTo(4L * held.size());
                }
                try (Room other = room.fork()) {
                    other.append(Tensor.of(new float[] {-1}, 1, 1, 1, 1));
                    assertThat(room.all().to(DType.INT64).toLongs())
                            .containsExactly(
                                    held.stream().mapToLong(Integer::longValue).toArray());
                }
            }
        }
    }
}
