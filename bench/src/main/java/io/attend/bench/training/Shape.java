package io.attend.bench.training;

import java.util.Arrays;
import java.util.SplittableRandom;

/// What every peer trains: BERT base on masked words, with every position asked, dropout 0.1 and AdamW.
///
/// @param batch texts a step
/// @param length tokens a text
record Shape(int batch, int length) {
    static final int VOCABULARY = 30_522;
    static final int LAYERS = 12;
    static final int WIDTH = 768;
    static final int HEADS = 12;
    static final int POSITIONS = 512;
    static final double DROPOUT = 0.1;
    static final double RATE = 1e-4;

    /// Random token ids, one after another.
    long[] ids() {
        SplittableRandom random = new SplittableRandom(5);
        long[] ids = new long[batch * length];
        Arrays.setAll(ids, i -> random.nextInt(VOCABULARY));
        return ids;
    }

    /// Operations of the products of one step, a forward pass and twice as much backward.
    double flops() {
        double rows = (double) batch * length;
        double block = 12.0 * WIDTH * WIDTH + 2.0 * length * WIDTH; // weights, and scores and sums of each row
        double head = (double) WIDTH * WIDTH + (double) WIDTH * VOCABULARY;
        return 3 * 2 * rows * (LAYERS * block + head);
    }
}
