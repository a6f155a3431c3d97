package io.attend.embedding;

import io.attend.tensor.DType;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A batch of token sequences, padded to one length.
///
/// @param ids [B, T] int64
/// @param keep [B, T] truth values, false at padding; absent when nothing is padding
/// @param segments [B, T] int64, which of several texts a token belongs to; absent when there is one
/// @param positions [B, T] int64, where each token stands; absent when they stand at 0, 1, 2 and so on
/// @param global [B, T] truth values, the tokens that see all and are seen by all where attention is sparse;
///     absent where it is left to the attention
public record Tokens(
        Tensor ids,
        Optional<Tensor> keep,
        Optional<Tensor> segments,
        Optional<Tensor> positions,
        Optional<Tensor> global)
        implements Input {
    public Tokens {
        if (ids.rank() != 2 || ids.dtype() != DType.INT64) {
            throw new IllegalArgumentException("token ids must be [B, T] int64, not " + ids);
        }
        if (ids.count() == 0) {
            throw new IllegalArgumentException(
                    "there are no tokens in " + ids.shape() + ": give at least one text of at least one token");
        }
        keep.ifPresent(k -> check("keep", k, ids, DType.BOOL));
        segments.ifPresent(s -> check("segments", s, ids, DType.INT64));
        positions.ifPresent(p -> check("positions", p, ids, DType.INT64));
        global.ifPresent(g -> check("global", g, ids, DType.BOOL));
    }

    public Tokens(Tensor ids, Optional<Tensor> keep, Optional<Tensor> segments, Optional<Tensor> positions) {
        this(ids, keep, segments, positions, Optional.empty());
    }

    public Tokens(Tensor ids, Optional<Tensor> keep, Optional<Tensor> segments) {
        this(ids, keep, segments, Optional.empty());
    }

    private static void check(String name, Tensor tensor, Tensor ids, DType dtype) {
        if (!tensor.shape().equals(ids.shape()) || tensor.dtype() != dtype) {
            throw new IllegalArgumentException(
                    name + " must be " + ids.shape() + " " + dtype + " like the token ids, not " + tensor);
        }
    }

    /// The same with the tokens that see all and are seen by all.
    public Tokens global(Tensor tokens) {
        return new Tokens(ids, keep, segments, positions, Optional.of(tokens));
    }

    /// Sequences without padding.
    public static Tokens of(Tensor ids) {
        return new Tokens(ids, Optional.empty(), Optional.empty());
    }

    /// Sequences of several lengths, padded on the right with `pad`; the padding is marked wherever there is
    /// some.
    public static Tokens padded(List<int[]> sequences, int pad) {
        return padded(sequences, pad, false);
    }

    /// Sequences of several lengths that end together, as prompts to be gone on with must: padded on the left
    /// with `pad`, and each numbered from its own first token.
    public static Tokens paddedLeft(List<int[]> sequences, int pad) {
        return padded(sequences, pad, true);
    }

    /// The tokens with positions that count only the real ones: what padding on the left needs. Padding itself
    /// stands at 0.
    public static Tokens counted(Tensor ids, Tensor keep) {
        Tensor positions = keep.to(DType.INT64).cumsum(1).sub(1).clampMin(0);
        return new Tokens(ids, Optional.of(keep), Optional.empty(), Optional.of(positions));
    }

    private static Tokens padded(List<int[]> sequences, int pad, boolean left) {
        int longest = sequences.stream()
                .mapToInt(s -> s.length)
                .max()
                .orElseThrow(() -> new IllegalArgumentException("there is no text: give at least one"));
        long[] ids = new long[sequences.size() * longest];
        boolean[] keep = new boolean[ids.length];
        boolean ragged = false;
        for (int row = 0; row < sequences.size(); row++) {
            int[] sequence = sequences.get(row);
            ragged |= sequence.length < longest;
            int first = left ? longest - sequence.length : 0;
            for (int i = 0; i < longest; i++) {
                boolean real = i >= first && i < first + sequence.length;
                ids[row * longest + i] = real ? sequence[i - first] : pad;
                keep[row * longest + i] = real;
            }
        }
        Tensor all = Tensor.of(ids, sequences.size(), longest);
        if (left && ragged) {
            return counted(all, Tensor.of(keep, sequences.size(), longest));
        }
        return new Tokens(
                all,
                ragged ? Optional.of(Tensor.of(keep, sequences.size(), longest)) : Optional.empty(),
                Optional.empty());
    }

    /// The real tokens of each sequence, padding left out.
    public int[][] rows() {
        long[] all = ids.toLongs();
        long[] real = keep.map(Tensor::toLongs).orElse(new long[0]);
        int length = (int) length();
        int[][] rows = new int[(int) batch()][];
        for (int row = 0; row < rows.length; row++) {
            int first = row * length;
            rows[row] = IntStream.range(first, first + length)
                    .filter(i -> real.length == 0 || real[i] != 0)
                    .map(i -> (int) all[i])
                    .toArray();
        }
        return rows;
    }

    @Override
    public Optional<Tensor> words() {
        return Optional.of(ids);
    }

    @Override
    public long batch() {
        return ids.size(0);
    }

    @Override
    public long length() {
        return ids.size(1);
    }
}
