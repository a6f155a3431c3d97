package io.attend.head;

import io.attend.embedding.Bands;
import io.attend.embedding.Table;
import io.attend.layer.Bias;
import io.attend.layer.Linear;
import io.attend.layer.Parameters;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Adaptive softmax: frequent words are scored at once, rare ones only where their band was right, and with
/// fewer numbers. Words are numbered most frequent first.
///
///     log p(w) = log softmax([W_0 x; G x])_w                                        w < c_0
///     log p(w) = log softmax([W_0 x; G x])_(c_0 + i − 1) + log softmax(W_i P_i x)_(w − c_(i−1))      w in
///     band i
///
/// x [B, T, E] → log-probabilities [B, T, V]; W_i [V_i, E / divisor^i], P_i [E / divisor^i, E], G [bands − 1,
/// E]. (c_0 + bands)·E + Σ (V_i + E)·E / divisor^i parameters. The loss makes only the scores of the bands
/// its answers are in: (c_0 + bands)·E products a position, and V_i·E / divisor^i for the few that are rare.
/// All scores, as `forward` makes them, cost the sum over the bands. No label smoothing.
///
/// Names: our `divisor` is the paper's and PyTorch's `div_value`, `cutoffs` end each band but the last.
@Source(paper = "Efficient softmax approximation for GPUs", arxiv = "1609.04309")
public record AdaptiveHead(
        int vocabulary,
        List<Integer> cutoffs,
        @Default("4") int divisor,
        @Default("\"none\"") Bias bias) implements Head {
    public static final AdaptiveHead EXAMPLE = new AdaptiveHead(31, List.of(5, 17), 2, Bias.NONE);
    public static final AdaptiveHead WITH_BIAS = new AdaptiveHead(31, List.of(7), 3, Bias.ADDED);

    public AdaptiveHead {
        cutoffs = List.copyOf(cutoffs);
        Bands.check(vocabulary, cutoffs, divisor);
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        List<AdaptiveSoftmax.Band> bands = new ArrayList<>();
        for (Bands.Range range : Bands.of(vocabulary, cutoffs)) {
            int numbers = range.width(parameters, width, divisor);
            boolean narrows = range.index() > 0;
            Parameters place = parameters.in(Integer.toString(range.index()));
            UnaryOperator<Tensor> narrow = narrows
                    ? new Linear(place.in("narrow"), Linear.Size.from(width).to(numbers), Bias.NONE)::forward
                    : x -> x;
            Linear scores = new Linear(place, Linear.Size.from(numbers).to(range.words()), bias);
            bands.add(new AdaptiveSoftmax.Band(range, narrow, scores::forward, numbers, narrows));
        }
        Linear gate = new Linear(parameters.in("gate"), Linear.Size.from(width).to(cutoffs.size()), bias);
        return new AdaptiveSoftmax("an AdaptiveHead", bands, gate, width);
    }
}
