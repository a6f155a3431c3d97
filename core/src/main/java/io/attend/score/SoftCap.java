package io.attend.score;

import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// Keeps another score between -cap and cap, smoothly, so that no single key can take all of the weight.
///
///     score(q, k) = cap · tanh(of(q, k) / cap)
///
/// Three operations a pair more than the score it caps. The fused kernel cannot do it: long sequences are
/// computed in blocks. What a position adds to scores is added to the capped one. Names: Hugging Face's
/// `attn_logit_softcapping`.
///
/// @param of the score that is capped
/// @param cap what it stays below, 50 in Gemma 2
@Source(paper = "Gemma 2: Improving Open Language Models at a Practical Size", arxiv = "2408.00118")
public record SoftCap(Score of, double cap) implements Score {
    public static final SoftCap EXAMPLE = new SoftCap(new ScaledDotProduct(), 0.4);
    public static final SoftCap OF_ADDITIVE = new SoftCap(Additive.EXAMPLE, 0.3);

    public SoftCap {
        if (!(cap > 0 && cap < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("cap must be a number above 0, not " + cap);
        }
    }

    @Override
    public Built build(Parameters parameters, Sizes sizes) {
        Built capped = of.build(parameters, sizes);
        return new Built() {
            @Override
            public Tensor queries(Tensor queries) {
                return capped.queries(queries);
            }

            @Override
            public Tensor keys(Tensor keys) {
                return capped.keys(keys);
            }

            @Override
            public int keySize(int size) {
                return capped.keySize(size);
            }

            @Override
            public Tensor scores(Tensor queries, Tensor keys) {
                return capped.scores(queries, keys).div(cap).tanh().mul(cap); // [B, H, T, S]
            }

            @Override
            public Tensor weights(Tensor weights) {
                return capped.weights(weights);
            }

            @Override
            public Work work() {
                return capped.work().and(3, 1);
            }
        };
    }
}
