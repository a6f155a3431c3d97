package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.layer.RowProducts;
import io.attend.layer.RowStep;
import io.attend.layer.StepPlan;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// A score for every word by the very vectors that embed them: what a word means where it is read is what it
/// means where it is written.
///
///     logits = c tanh((scale · W x + b) / c)        W the embedding table [V, E], without c just scale · W x
///     + b
///
/// x [B, T, E] → logits [B, T, V]; no parameters but the bias. A table that widens its words (V·e + e·E
/// numbers) is used the other way: x is first made narrow by the same widening, 2·e·(E + V) operations a
/// position, or with `narrow` own by a product of the head's own, as OPT's `project_out`.
///
/// Names: T5's `scale` is `d_model ** -0.5`; our `bias` is BART's `final_logits_bias`, our `softCap` c Gemma
/// 2's `final_logit_softcapping`.
@Source(paper = "Using the Output Embedding to Improve Language Models", arxiv = "1608.05859")
public record TiedHead(
        @Default("\"none\"") Bias bias,
        @Default("1.0") double scale,
        OptionalDouble softCap,
        @Default("\"tied\"") Tying narrow)
        implements Head {
    public static final TiedHead EXAMPLE = new TiedHead(Bias.NONE);
    public static final TiedHead WITH_BIAS = new TiedHead(Bias.ADDED);
    public static final TiedHead T5 = EXAMPLE.scale(Math.pow(10, -0.5));
    public static final TiedHead GEMMA = EXAMPLE.softCap(0.7);
    public static final TiedHead OPT = EXAMPLE.narrow(Tying.OWN);

    private static final Place DECODER = new Place("decoder");

    public TiedHead {
        Scores.check(scale, softCap);
    }

    public TiedHead(Bias bias) {
        this(bias, 1, OptionalDouble.empty(), Tying.TIED);
    }

    public TiedHead scale(double by) {
        return new TiedHead(bias, by, softCap, narrow);
    }

    public TiedHead softCap(double cap) {
        return new TiedHead(bias, scale, OptionalDouble.of(cap), narrow);
    }

    public TiedHead narrow(Tying how) {
        return new TiedHead(bias, scale, softCap, how);
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Table.Built words = table.orElseThrow(() -> parameters.refuse(
                "a TiedHead needs an embedding with a table of words, and there is none; use a LinearHead"));
        if (narrow == Tying.TIED && words.vectors() != width) {
            throw parameters.refuse("the table's vectors have " + words.vectors() + " numbers and the stream " + width
                    + "; let the head narrow the stream with a product of its own, or use a head that changes the width"
                    + " before it scores");
        }
        Optional<Linear> narrowing = narrow == Tying.TIED
                ? Optional.empty()
                : Optional.of(new Linear(
                        parameters.in("narrow"), Linear.Size.from(width).to(words.width()), Bias.NONE));
        Linear product = words.scores(parameters, bias);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return Scores.capped(product.forward(scored(x, context)), softCap); // [B, T, V]
            }

            // What the words' vectors are multiplied with, [B, T, e].
            private Tensor scored(Tensor x, Context context) {
                Tensor narrowed = narrowing.isPresent() ? narrowing.get().forward(x) : words.narrow(x);
                if (narrowing.isPresent()) {
                    context.at(DECODER).show("narrowed", narrowed);
                }
                return Scores.scaled(narrowed, scale);
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                return softCap.isPresent()
                        ? Head.Built.super.loss(x, answers, smoothing, context)
                        : product.crossEntropy(scored(x, context), answers, IGNORED, smoothing);
            }

            @Override
            public OptionalInt outputs() {
                return OptionalInt.of(words.vocabulary());
            }

            @Override
            public Optional<RowStep> row(StepPlan plan, Place place) {
                return softCap.isPresent() || narrowing.isPresent() || words.width() != width
                        ? Optional.empty()
                        : RowProducts.of(plan, product).map(scores -> (x, y) -> {
                            x.multiply((float) scale);
                            scores.apply(x, y);
                        });
            }

            @Override
            public Cost cost(Load load) {
                double rows = load.rows();
                boolean narrows = narrowing.isPresent() || words.width() != width;
                return Cost.flops(product.flops(rows)
                                + Scores.flops(rows, words.width(), words.vocabulary(), scale, softCap)
                                + (narrows ? 2 * rows * width * words.width() : 0))
                        .saving(narrows ? rows * width : 0)
                        .plus(Scores.loss(rows, words.width(), words.vocabulary(), softCap));
            }
        };
    }
}
