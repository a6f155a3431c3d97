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

/// Adaptive softmax by the very bands of an [io.attend.embedding.AdaptiveTable], as Transformer-XL has it.
///
///     log p(w) = log softmax([W_0 U_0ᵀ x + b_0; G U_0ᵀ x + g])_w                                   w < c_0
///     log p(w) = log softmax(..)_(c_0 + i − 1) + log softmax(W_i U_iᵀ x + b_i)_(w − c_(i−1))       w in band i
///
/// x [B, T, E] → log-probabilities [B, T, V]; W_i [V_i, e_i] the table's bands, U_i [E, e_i] their widenings
/// used the other way, or with `first` and `rest` own products of the head's own; parameters are the biases,
/// G [bands − 1, e_0] and those products. The cost is that of an [AdaptiveHead] with a product before the
/// first band too. No label smoothing. In a table of one width the head's own `cutoffs` end the bands, whose W_i
/// are parts of the whole table. Names: our `gate` is `crit.cluster_weight`, our own products are
/// `crit.out_projs` transposed, `tie_projs` says which there are; the output is `prediction_scores`.
///
/// @param first whose product narrows x for the frequent words
/// @param rest whose products do for the other bands
/// @param cutoffs where the table has no bands of its own
@Source(paper = "Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context", arxiv = "1901.02860")
public record TiedAdaptiveHead(
        @Default("\"own\"") Tying first,
        @Default("\"tied\"") Tying rest,
        @Default("[]") List<Integer> cutoffs) implements Head {
    public static final TiedAdaptiveHead EXAMPLE = new TiedAdaptiveHead(Tying.OWN, Tying.TIED, List.of());

    public TiedAdaptiveHead {
        cutoffs = List.copyOf(cutoffs);
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        List<Table.Band> words = table.map(Table.Built::bands).orElse(List.of());
        if (words.isEmpty() && (table.isEmpty() || cutoffs.isEmpty())) {
            throw parameters.refuse(
                    "a TiedAdaptiveHead scores by the bands of an AdaptiveTable, and there is none; use an"
                            + " AdaptiveHead");
        }
        if (!words.isEmpty() && !cutoffs.isEmpty()) {
            throw parameters.refuse("the table has bands of its own, and the head names cutoffs " + cutoffs
                    + " beside them; leave these out");
        }
        List<AdaptiveSoftmax.Band> bands =
                words.isEmpty() ? parts(parameters, width, table.orElseThrow()) : bands(parameters, width, words);
        Linear gate = new Linear(
                parameters.in("gate"),
                Linear.Size.from(bands.getFirst().width()).to(bands.size() - 1),
                Bias.ADDED);
        return new Named(new AdaptiveSoftmax("a TiedAdaptiveHead", bands, gate, width), "prediction_scores");
    }

    private List<AdaptiveSoftmax.Band> bands(Parameters parameters, int width, List<Table.Band> words) {
        List<AdaptiveSoftmax.Band> bands = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < words.size(); i++) {
            Table.Band band = words.get(i);
            int numbers = (int) band.weight().shape().size(1);
            Parameters place = parameters.in(Integer.toString(i));
            UnaryOperator<Tensor> narrow = tied(i) ? band.widening()::backwards : own(place, width, numbers);
            int to = from + (int) band.weight().shape().size(0);
            bands.add(new AdaptiveSoftmax.Band(
                    new Bands.Range(i, from, to),
                    narrow,
                    new Linear(place, band.weight(), Bias.ADDED)::forward,
                    numbers,
                    true));
            from = to;
        }
        return bands;
    }

    /// Bands that are parts of a table of one width.
    private List<AdaptiveSoftmax.Band> parts(Parameters parameters, int width, Table.Built table) {
        Bands.check(table.vocabulary(), cutoffs, 1);
        Linear all = table.scores(parameters, Bias.ADDED);
        List<AdaptiveSoftmax.Band> bands = new ArrayList<>();
        for (Bands.Range range : Bands.of(table.vocabulary(), cutoffs)) {
            UnaryOperator<Tensor> narrow = tied(range.index())
                    ? table::narrow
                    : own(parameters.in(Integer.toString(range.index())), width, table.width());
            UnaryOperator<Tensor> scores = x -> {
                Tensor ids = Tensor.arange(range.from(), range.to()).to(x.device());
                return x.linear(all.weights(ids), all.biases(ids).orElseThrow()); // [N, words]
            };
            boolean narrows = !tied(range.index()) || table.width() != width;
            bands.add(new AdaptiveSoftmax.Band(range, narrow, scores, table.width(), narrows));
        }
        return bands;
    }

    private boolean tied(int band) {
        return (band == 0 ? first : rest) == Tying.TIED;
    }

    private static UnaryOperator<Tensor> own(Parameters place, int width, int numbers) {
        return new Linear(place.in("narrow"), Linear.Size.from(width).to(numbers), Bias.NONE)::forward;
    }
}
