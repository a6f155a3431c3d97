package io.attend.embedding;

import io.attend.layer.Bias;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.layer.StepPlan;
import io.attend.layer.TokenStep;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalInt;

/// One learned vector of the model's width for every word.
///
///     x = W[id]
///
/// ids [B, T] → x [B, T, E]; V·E parameters, which start normal with deviation E^(-1/2). A head may use the
/// same numbers to score words. The row `padding` learns nothing from being read; as one of the scores of a
/// tied head it still does. Names: our `vocabulary` V is Hugging Face's `vocab_size`, our `padding` its
/// `padding_idx`.
@Source(paper = "A Neural Probabilistic Language Model", reference = "Journal of Machine Learning Research 3, 2003")
public record DenseTable(int vocabulary, OptionalInt padding) implements Table {
    public static final DenseTable EXAMPLE = new DenseTable(31);
    public static final DenseTable WITH_PADDING = new DenseTable(31, OptionalInt.of(3));

    public DenseTable {
        check(vocabulary, padding);
    }

    public DenseTable(int vocabulary) {
        this(vocabulary, OptionalInt.empty());
    }

    static void check(int vocabulary, OptionalInt padding) {
        if (vocabulary < 1) {
            throw new IllegalArgumentException("vocabulary must be at least 1, not " + vocabulary);
        }
        if (padding.isPresent() && (padding.getAsInt() < 0 || padding.getAsInt() >= vocabulary)) {
            throw new IllegalArgumentException(
                    "padding is word " + padding.getAsInt() + ", but the vocabulary has only 0 to " + (vocabulary - 1));
        }
    }

    @Override
    public Built build(Parameters parameters, int width, Optional<Built> source) {
        Parameter weight =
                parameters.weight("weight", Shape.of(vocabulary, width), Initializer.normal(1 / Math.sqrt(width)));
        weight.allowPacking();
        return new Built() {
            @Override
            public int vocabulary() {
                return vocabulary;
            }

            @Override
            public Tensor lookup(Tensor ids) {
                return Rows.of(weight, ids, "token", padding); // [B, T, E]
            }

            @Override
            public Optional<TokenStep> row(StepPlan plan) {
                return plan.matrix(weight).map(matrix -> (token, y) -> {
                    Rows.require(weight, token, "token");
                    matrix.row((int) token, y.values(), 0);
                    y.changed();
                });
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
                return new Linear(at, weight, bias); // [B, T, V]
            }

            @Override
            public Cost cost(Load load) {
                return Cost.NONE;
            }
        };
    }
}
