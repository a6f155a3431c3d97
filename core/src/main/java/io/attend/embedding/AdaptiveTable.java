package io.attend.embedding;

import io.attend.layer.Bias;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Long vectors for frequent words, short ones for rare words: the vocabulary, most frequent first, in bands
/// that end at the `cutoffs`, each `divisor` times narrower than the one before and widened by a product of
/// its own.
///
///     x = U_i W_i[id − start_i]        W_i [V_i, e / divisor^i], U_i [E, e / divisor^i], i the band of id
///
/// ids [B, T] → x [B, T, E]; e is the `size` of frequent words, E if absent. Every token pays all bands'
/// products: 2·E·Σ e/divisor^i operations. A head that scores by the same bands is `TiedAdaptiveHead`. Names:
/// our `cutoffs` and `divisor` are Transformer-XL's `cutoffs` and `div_val`, our `size` its `d_embed`, our
/// bands' `weight` and `widening` its `emb_layers` and `emb_projs`.
@Source(paper = "Adaptive Input Representations for Neural Language Modeling", arxiv = "1809.10853")
public record AdaptiveTable(
        int vocabulary, List<Integer> cutoffs, @Default("4") int divisor, OptionalInt size) implements Table {
    public static final AdaptiveTable EXAMPLE = new AdaptiveTable(31, List.of(5, 17), 2);
    public static final AdaptiveTable NARROW = new AdaptiveTable(31, List.of(7), 2, OptionalInt.of(6));

    public AdaptiveTable {
        cutoffs = List.copyOf(cutoffs);
        Bands.check(vocabulary, cutoffs, divisor);
        if (size.isPresent() && size.getAsInt() < 1) {
            throw new IllegalArgumentException("size must be at least 1, not " + size.getAsInt());
        }
    }

    /// Frequent words as wide as the model.
    public AdaptiveTable(int vocabulary, List<Integer> cutoffs, int divisor) {
        this(vocabulary, cutoffs, divisor, OptionalInt.empty());
    }

    @Override
    public Built build(Parameters parameters, int width, Optional<Built> source) {
        List<Band> bands = new ArrayList<>();
        for (Bands.Range range : Bands.of(vocabulary, cutoffs)) {
            int numbers = range.width(parameters, size.orElse(width), divisor);
            Parameters place = parameters.in(Integer.toString(range.index()));
            Parameter weight = place.weight(
                    "weight", Shape.of(range.words(), numbers), Initializer.normal(1 / Math.sqrt(numbers)));
            bands.add(new Band(
                    weight,
                    new Linear(place.in("widening"), Linear.Size.from(numbers).to(width), Bias.NONE)));
        }
        return new Built() {
            @Override
            public int vocabulary() {
                return vocabulary;
            }

            @Override
            public Tensor lookup(Tensor ids) {
                Rows.require(ids, parameters.path(), vocabulary);
                Tensor x = vectors(0, ids); // [B, T, E]
                for (int i = 1; i < bands.size(); i++) {
                    Tensor here = ids.ge(cutoffs.get(i - 1)).unsqueeze(-1); // [B, T, 1]
                    x = vectors(i, ids).where(here, x);
                }
                return x; // [B, T, E]
            }

            // The vectors of one band; what is in none of its rows gets that of its first or last.
            private Tensor vectors(int band, Tensor ids) {
                int start = band == 0 ? 0 : cutoffs.get(band - 1);
                Band here = bands.get(band);
                long words = here.weight().shape().size(0);
                Tensor rows = ids.sub(start).clampMin(0).clampMax(words - 1);
                return here.widening().forward(here.weight().tensor().embedding(rows)); // [B, T, E]
            }

            @Override
            public int vectors() {
                return width;
            }

            @Override
            public int width() {
                return width;
            }

            @Override
            public Linear scores(Parameters at, Bias bias) {
                throw at.refuse("an AdaptiveTable has no one product that scores words; use a TiedAdaptiveHead");
            }

            @Override
            public List<Band> bands() {
                return bands;
            }

            @Override
            public Cost cost(Load load) {
                Cost cost = Cost.NONE;
                for (Band band : bands) {
                    cost = cost.plus(Cost.flops(band.widening().flops(load.rows()))
                            .saving(load.rows() * band.weight().shape().size(1)));
                }
                return cost;
            }
        };
    }
}
