package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// As [RandomSynthesis], of low rank.
///
///     S = R₁ R₂ᵀ
///
/// R₁ and R₂ [H, N, rank]. Time O(T·N·rank) a head. Names: our rank is the paper's k, which is 8.
@Source(paper = "Synthesizer: Rethinking Self-Attention in Transformer Models", arxiv = "2005.00743")
public record FactorizedRandomSynthesis(
        int maximum, @Default("8") int rank) implements Synthesis {
    public static final FactorizedRandomSynthesis EXAMPLE = new FactorizedRandomSynthesis(61, 3);

    public FactorizedRandomSynthesis {
        Synthesis.check(maximum);
        if (rank < 1 || rank > maximum) {
            throw new IllegalArgumentException("rank must be from 1 to the maximum " + maximum + ", not " + rank);
        }
    }

    @Override
    public Synthesis upTo(int longest) {
        return new FactorizedRandomSynthesis(longest, Math.min(8, longest));
    }

    @Override
    public Built build(Parameters parameters, int width, Heads heads) {
        Shape shape = Shape.of(heads.count(), maximum, rank);
        Parameter query = parameters.weight("query", shape, Initializer.normal(1));
        Parameter key = parameters.weight("key", shape, Initializer.normal(1));
        return new Built() {
            @Override
            public Tensor scores(Tensor x, Context context) {
                return RandomSynthesis.rows(query.tensor(), x, context)
                        .matmul(key.tensor().transpose(1, 2)); // [B, H, T, N]
            }

            @Override
            public double flops(double count) {
                return 2 * count * heads.count() * maximum * rank;
            }
        };
    }
}
