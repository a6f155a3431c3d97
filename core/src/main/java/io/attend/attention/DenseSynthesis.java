package io.attend.attention;

import io.attend.layer.Parameters;
import io.attend.value.Source;

/// Each query says by itself, through a small network, which places it wants to look at.
///
///     S = W₂ relu(W₁ x + b₁) + b₂
///
/// W₁ [H·D, E], W₂ [H·N, D], one part a head. Time O(T·E·H·D + T·N·H·D).
@Source(paper = "Synthesizer: Rethinking Self-Attention in Transformer Models", arxiv = "2005.00743")
public record DenseSynthesis(int maximum) implements Synthesis {
    public static final DenseSynthesis EXAMPLE = new DenseSynthesis(61);

    public DenseSynthesis {
        Synthesis.check(maximum);
    }

    @Override
    public Synthesis upTo(int longest) {
        return new DenseSynthesis(longest);
    }

    @Override
    public Built build(Parameters parameters, int width, Heads heads) {
        return SynthesisNetwork.of(parameters, width, heads, maximum);
    }
}
