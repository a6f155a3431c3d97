package io.attend.attention;

import io.attend.layer.Context;
import io.attend.layer.Initializer;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;

/// Learned scores that no token changes: every query at a place looks at the same places.
///
///     S = R
///
/// R [H, N, N]. Time nothing.
@Source(paper = "Synthesizer: Rethinking Self-Attention in Transformer Models", arxiv = "2005.00743")
public record RandomSynthesis(int maximum) implements Synthesis {
    public static final RandomSynthesis EXAMPLE = new RandomSynthesis(61);

    public RandomSynthesis {
        Synthesis.check(maximum);
    }

    @Override
    public Synthesis upTo(int longest) {
        return new RandomSynthesis(longest);
    }

    @Override
    public Built build(Parameters parameters, int width, Heads heads) {
        Parameter all = parameters.weight("weight", Shape.of(heads.count(), maximum, maximum), Initializer.normal(1));
        return new Built() {
            @Override
            public Tensor scores(Tensor x, Context context) {
                return rows(all.tensor(), x, context);
            }

            @Override
            public double flops(double rows) {
                return 0;
            }
        };
    }

    /// The rows of [H, N, n] at the places of the queries: [1, H, T, n], or [B, H, T, n] where texts differ.
    static Tensor rows(Tensor table, Tensor x, Context context) {
        long length = x.size(1);
        if (!context.isPositioned()) {
            return table.narrow(1, context.cached(), length).unsqueeze(0);
        }
        Tensor positions = context.positions(length).clampMin(0); // [B, T]
        return table.indexSelect(1, positions.flatten(0, 1))
                .reshape(table.size(0), x.size(0), length, table.size(2))
                .transpose(0, 1);
    }
}
