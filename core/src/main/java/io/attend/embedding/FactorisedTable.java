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
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// A short vector for every word and one product that widens them all: a table of rank `size`.
///
///     x = U W[id]        W [V, size], U [E, size]
///
/// ids [B, T] → x [B, T, E]; (V + E)·size parameters instead of V·E: at 100,000 words, 768 and 128 that is
/// 83% fewer. 2·E·size operations a token. A trained table becomes one of these by [Compression]. The stream
/// is normed and has its positions after the product; where they stand before it, as in ALBERT and ELECTRA,
/// use a [DenseTable] and the `inner` width of [TokenEmbedding]. Names: our `size` is the paper's E (its H is
/// our width) and OPT's `word_embed_proj_dim`; our `widening` is OPT's `project_in`.
@Source(paper = "ALBERT: A Lite BERT for Self-supervised Learning of Language Representations", arxiv = "1909.11942")
public record FactorisedTable(int vocabulary, int size, OptionalInt padding) implements Table {
    public static final FactorisedTable EXAMPLE = of(31).size(3);

    public FactorisedTable {
        DenseTable.check(vocabulary, padding);
        if (size < 1) {
            throw new IllegalArgumentException("size must be at least 1, not " + size);
        }
    }

    /// A table of that many words, to be given a [#size(int)].
    public static FactorisedTable of(int vocabulary) {
        return new FactorisedTable(vocabulary, 1, OptionalInt.empty());
    }

    public FactorisedTable size(int numbers) {
        return new FactorisedTable(vocabulary, numbers, padding);
    }

    public FactorisedTable padding(int word) {
        return new FactorisedTable(vocabulary, size, OptionalInt.of(word));
    }

    @Override
    public Built build(Parameters parameters, int width, Optional<Built> source) {
        Parameter weight =
                parameters.weight("weight", Shape.of(vocabulary, size), Initializer.normal(1 / Math.sqrt(size)));
        Linear widening =
                new Linear(parameters.in("widening"), Linear.Size.from(size).to(width), Bias.NONE);
        return new Built() {
            @Override
            public int vocabulary() {
                return vocabulary;
            }

            @Override
            public Tensor lookup(Tensor ids) {
                return widening.forward(Rows.of(weight, ids, "token", padding)); // [B, T, E]
            }

            @Override
            public int vectors() {
                return width;
            }

            @Override
            public int width() {
                return size;
            }

            @Override
            public Tensor narrow(Tensor x) {
                return widening.backwards(x); // [B, T, size]
            }

            @Override
            public Linear scores(Parameters at, Bias bias) {
                return new Linear(at, weight, bias); // [B, T, V]
            }

            @Override
            public Cost cost(Load load) {
                return Cost.flops(widening.flops(load.rows())).saving(load.rows() * size);
            }
        };
    }
}
