package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// As [DenseSynthesis], but the places are the pairs of two shorter lists.
///
///     S[c·i + j] = A[j] · B[i]        A = W₂ relu(W₁ x + b₁) + b₂,  B likewise
///
/// A [columns c], B [⌈N / c⌉]. Time O(T·E·H·D + T·H·D·(c + N / c)): less than [DenseSynthesis], and as little
/// to learn. The paper's a and b are our columns and ⌈N / c⌉; its tilings of A and B are the whole of A again
/// and again, and each number of B c times.
@Source(paper = "Synthesizer: Rethinking Self-Attention in Transformer Models", arxiv = "2005.00743")
public record FactorizedDenseSynthesis(int maximum, int columns) implements Synthesis {
    public static final FactorizedDenseSynthesis EXAMPLE = new FactorizedDenseSynthesis(61, 7);

    public FactorizedDenseSynthesis {
        Synthesis.check(maximum);
        if (columns < 1 || columns > maximum) {
            throw new IllegalArgumentException("columns must be from 1 to the maximum " + maximum + ", not " + columns);
        }
    }

    @Override
    public Synthesis upTo(int longest) {
        return new FactorizedDenseSynthesis(longest, (int) Math.ceil(Math.sqrt(longest)));
    }

    @Override
    public Built build(Parameters parameters, int width, Heads heads) {
        int rows = Math.ceilDiv(maximum, columns);
        Built column = SynthesisNetwork.of(parameters.in("column"), width, heads, columns);
        Built row = SynthesisNetwork.of(parameters.in("row"), width, heads, rows);
        return new Built() {
            @Override
            public Tensor scores(Tensor x, Context context) {
                Tensor a = column.scores(x, context).unsqueeze(3); // [B, H, T, 1, c]
                Tensor b = row.scores(x, context).unsqueeze(4); // [B, H, T, N / c, 1]
                return b.mul(a).flatten(3, 4).narrow(3, 0, maximum); // [B, H, T, N]
            }

            @Override
            public double flops(double count) {
                return column.flops(count) + row.flops(count) + count * heads.count() * rows * columns;
            }
        };
    }
}
