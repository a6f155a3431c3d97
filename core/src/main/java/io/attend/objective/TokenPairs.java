package io.attend.objective;

import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Inputs;
import io.attend.data.TokenPair;
import io.attend.embedding.Tokens;
import io.attend.generation.TextModel;
import io.attend.head.Head;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import java.util.List;

/// Pairs of token sequences as a batch for a model that reads one and writes the other.
final class TokenPairs {
    private TokenPairs() {}

    /// Sources [B, S], targets shifted right behind the begin token [B, T], and the targets themselves [B, T].
    static Batch batch(List<TokenPair> pairs, TextModel.Words words) {
        Tokens source = Tokens.padded(pairs.stream().map(TokenPair::source).toList(), words.pad());
        Tokens target = Tokens.padded(
                pairs.stream().map(pair -> shifted(pair.target(), words)).toList(), words.pad());
        int longest = Math.toIntExact(target.length());
        long[] answers = new long[pairs.size() * longest];
        long read = 0;
        long answered = 0;
        for (int row = 0; row < pairs.size(); row++) {
            int[] written = pairs.get(row).target();
            for (int i = 0; i < longest; i++) {
                answers[row * longest + i] = i < written.length ? written[i] : Head.IGNORED;
            }
            answered += written.length;
            read += pairs.get(row).source().length;
        }
        return new Batch(
                Inputs.of(source, target), Tensor.of(answers, pairs.size(), longest), read + answered, answered);
    }

    private static int[] shifted(int[] target, TextModel.Words words) {
        int[] shifted = new int[target.length];
        shifted[0] = words.begin();
        System.arraycopy(target, 0, shifted, 1, target.length - 1);
        return shifted;
    }

    /// @throws IllegalArgumentException if a model of that kind does not read one text and write another
    static void check(String what, Transformer model) {
        if (!(model.architecture().topology() instanceof EncoderDecoder)) {
            throw new IllegalArgumentException(
                    "model.architecture: " + what + " are learned by an EncoderDecoder, not by a "
                            + model.architecture().topology().getClass().getSimpleName());
        }
    }
}
