package io.attend.embedding;

import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A batch of sequences of given vectors, such as frames of sound or the rows of a time series, padded to one
/// length.
///
/// @param values [B, T, F] floating-point
/// @param keep [B, T] truth values, false at padding; absent when nothing is padding
public record Features(Tensor values, Optional<Tensor> keep) implements Input {
    public Features {
        if (values.rank() != 3 || !values.dtype().isFloating()) {
            throw new IllegalArgumentException("features must be [B, T, F] floating-point, not " + values);
        }
        if (values.count() == 0) {
            throw new IllegalArgumentException("there are no numbers in " + values.shape()
                    + ": give at least one sequence of at least one vector");
        }
        Shape rows = Shape.of(values.size(0), values.size(1));
        keep.ifPresent(mask -> {
            if (!mask.shape().equals(rows) || mask.dtype() != DType.BOOL) {
                throw new IllegalArgumentException("keep must be " + rows + " BOOL like the features, not " + mask);
            }
        });
    }

    /// Sequences without padding.
    public static Features of(Tensor values) {
        return new Features(values, Optional.empty());
    }

    /// Sequences [T][F] of several lengths, padded on the right with zeros; the padding is marked wherever
    /// there is some.
    ///
    /// @throws IllegalArgumentException if their vectors differ in width
    public static Features padded(List<double[][]> sequences) {
        int longest = sequences.stream().mapToInt(rows -> rows.length).max().orElse(0);
        int width = longest == 0 ? 0 : sequences.getFirst()[0].length;
        float[] values = new float[sequences.size() * longest * width];
        boolean[] keep = new boolean[sequences.size() * longest];
        boolean ragged = false;
        for (int row = 0; row < sequences.size(); row++) {
            double[][] sequence = sequences.get(row);
            ragged |= sequence.length < longest;
            Arrays.fill(keep, row * longest, row * longest + sequence.length, true);
            for (int t = 0; t < sequence.length; t++) {
                if (sequence[t].length != width) {
                    throw new IllegalArgumentException("vector " + t + " of sequence " + row + " has "
                            + sequence[t].length + " numbers, but the first has " + width + "; give all the same");
                }
                for (int f = 0; f < width; f++) {
                    values[(row * longest + t) * width + f] = (float) sequence[t][f];
                }
            }
        }
        return new Features(
                Tensor.of(values, sequences.size(), longest, width),
                ragged ? Optional.of(Tensor.of(keep, sequences.size(), longest)) : Optional.empty());
    }

    /// Why a model of words refuses them.
    static IllegalArgumentException unread(String place) {
        return new IllegalArgumentException(
                place + ": this model reads words, and is given vectors; use a model with a FeatureEmbedding");
    }

    /// Absent: vectors are no words.
    @Override
    public Optional<Tensor> words() {
        return Optional.empty();
    }

    /// Absent: they stand at 0, 1, 2 and so on.
    @Override
    public Optional<Tensor> positions() {
        return Optional.empty();
    }

    /// Absent: there is one.
    @Override
    public Optional<Tensor> segments() {
        return Optional.empty();
    }

    @Override
    public long batch() {
        return values.size(0);
    }

    @Override
    public long length() {
        return values.size(1);
    }
}
