package io.attend.score;

import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;

/// Heads tell each other what they found: scores are mixed across heads before the softmax, and weights after
/// it.
///
///     S = P · of(Q, K)        A = R · softmax(S)        P and R mix the heads of one pair of query and key
///
/// P and R [H, H], which start as the identity: 4·H operations a pair and head more than the score that is
/// mixed. The fused kernel cannot do it: long sequences are computed in blocks. What a position adds to
/// scores is added to the mixed ones. Names: our `before` P is the paper's P_l, `after` R its P_w; it may
/// have other numbers of heads before, in and behind the softmax, we have one.
///
/// @param of the score that is mixed
/// @param where before the softmax, after it, or both as the paper has it
@Source(paper = "Talking-Heads Attention", arxiv = "2003.02436")
public record TalkingHeads(Score of, Where where) implements Score {
    public static final TalkingHeads EXAMPLE = new TalkingHeads(new ScaledDotProduct(), Where.BOTH);
    public static final TalkingHeads BEFORE = new TalkingHeads(SoftCap.EXAMPLE, Where.BEFORE);
    public static final TalkingHeads AFTER = new TalkingHeads(Additive.EXAMPLE, Where.AFTER);

    /// On which side of the softmax heads are mixed.
    public enum Where {
        BEFORE,
        AFTER,
        BOTH
    }

    @Override
    public Built build(Parameters parameters, Sizes sizes) {
        return new Mixing(this, parameters, sizes);
    }

    private static final class Mixing implements Built {
        private final Built of;
        private final int heads;
        private final Optional<Parameter> before;
        private final Optional<Parameter> after;

        Mixing(TalkingHeads value, Parameters parameters, Sizes sizes) {
            this.of = value.of.build(parameters.in("of"), sizes);
            this.heads = sizes.heads();
            this.before = matrix(parameters, "before", value.where != Where.AFTER);
            this.after = matrix(parameters, "after", value.where != Where.BEFORE);
        }

        private Optional<Parameter> matrix(Parameters parameters, String name, boolean mixes) {
            return mixes
                    ? Optional.of(parameters.weight(name, Shape.of(heads, heads), Initializer.IDENTITY))
                    : Optional.empty();
        }

        /// [B, H, T, S] → [B, H, T, S], one product over heads for every pair.
        private static Tensor mixed(Optional<Parameter> matrix, Tensor x) {
            if (matrix.isEmpty()) {
                return x;
            }
            Tensor pairs = x.flatten(2, 3); // [B, H, T S]
            return matrix.get()
                    .tensor()
                    .to(x.dtype())
                    .matmul(pairs)
                    .reshape(x.shape().toArray());
        }

        @Override
        public Tensor queries(Tensor queries) {
            return of.queries(queries);
        }

        @Override
        public Tensor keys(Tensor keys) {
            return of.keys(keys);
        }

        @Override
        public int keySize(int size) {
            return of.keySize(size);
        }

        @Override
        public Tensor scores(Tensor queries, Tensor keys) {
            return mixed(before, of.scores(queries, keys));
        }

        @Override
        public Tensor weights(Tensor weights) {
            return mixed(after, of.weights(weights));
        }

        @Override
        public Work work() {
            double mixings = (before.isPresent() ? 1 : 0) + (after.isPresent() ? 1 : 0);
            return of.work().and(2.0 * heads * mixings, mixings);
        }
    }
}
