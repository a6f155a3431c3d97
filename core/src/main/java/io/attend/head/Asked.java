package io.attend.head;

import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/// The positions of a batch at which something is asked, for losses that treat each by its answer.
///
/// @param x their last vectors [N, E]
/// @param answers the right words, N
@SuppressWarnings("ArrayRecordComponent")
record Asked(Tensor x, int[] answers) {
    /// @param x [B, T, E]
    /// @param answers [B, T] int64
    /// @throws IllegalArgumentException naming an answer that is no word
    static Asked of(Tensor x, Tensor answers, int vocabulary) {
        long[] all = answers.toLongs();
        for (long answer : all) {
            if (answer != Head.IGNORED && (answer < 0 || answer >= vocabulary)) {
                throw new IllegalArgumentException("the answer " + answer + " is no word of a vocabulary of "
                        + vocabulary + ", nor " + Head.IGNORED + " for what is not asked");
            }
        }
        int[] rows = IntStream.range(0, all.length)
                .filter(i -> all[i] != Head.IGNORED)
                .toArray();
        int[] words = Arrays.stream(rows).map(row -> (int) all[row]).toArray();
        Tensor flat = x.reshape(-1, x.size(-1));
        return new Asked(rows.length == all.length ? flat : flat.indexSelect(0, index(rows, x)), words);
    }

    /// Row numbers beside a tensor, on its device.
    static Tensor index(int[] rows, Tensor beside) {
        return Tensor.of(Arrays.stream(rows).asLongStream().toArray(), rows.length)
                .to(beside.device());
    }

    /// [N] int64
    Tensor words() {
        return index(answers, x);
    }

    /// A loss of so many numbers as are asked; not a number where nothing is, as everywhere.
    Tensor mean(Tensor sum) {
        return sum.div(answers.length);
    }

    static void unsmoothed(String head, double smoothing) {
        if (smoothing != 0) {
            throw new IllegalArgumentException("smoothing " + smoothing + " needs the score of every word, which "
                    + head + " exists to avoid; use 0");
        }
    }
}
