package io.attend.training;

import io.attend.architecture.Inputs;
import io.attend.data.TokenPair;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.objective.TeacherForcing;
import io.attend.tensor.Tensor;
import java.util.List;

/// Examples side by side, padded to one length.
///
/// @param inputs sources [B, S], and targets shifted right behind the begin token [B, T]
/// @param answers [B, T], the targets themselves, ignored at padding
/// @param tokens real tokens read and written
/// @param answered tokens written
record Batch(Inputs inputs, Tensor answers, long tokens, long answered) {
    static Batch of(List<TokenPair> pairs, TextModel text) {
        Tokens source = Tokens.padded(pairs.stream().map(TokenPair::source).toList(), text.pad());
        List<int[]> shifted =
                pairs.stream().map(pair -> shift(pair.target(), text.begin())).toList();
        Tokens target = Tokens.padded(shifted, text.pad());
        int longest = Math.toIntExact(target.length());
        long[] answers = new long[pairs.size() * longest];
        long read = 0;
        long answered = 0;
        for (int row = 0; row < pairs.size(); row++) {
            int[] written = pairs.get(row).target();
            for (int i = 0; i < longest; i++) {
                answers[row * longest + i] = i < written.length ? written[i] : TeacherForcing.IGNORED;
            }
            answered += written.length;
            read += pairs.get(row).source().length;
        }
        return new Batch(
                Inputs.of(source, target), Tensor.of(answers, pairs.size(), longest), read + answered, answered);
    }

    private static int[] shift(int[] target, int begin) {
        int[] shifted = new int[target.length];
        shifted[0] = begin;
        System.arraycopy(target, 0, shifted, 1, target.length - 1);
        return shifted;
    }
}
