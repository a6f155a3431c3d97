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

/// A score for each of several outcomes by a product of its own.
///
///     logits = c tanh((W (scale · x) + b) / c)        without c just W (scale · x) + b
///
/// x [B, T, E] → logits [B, T, outputs]. The loss never makes all of them unless they are capped.
@Source(paper = "Attention Is All You Need", arxiv = "1706.03762")
public record LinearHead(
        int outputs,
        @Default("\"added\"") Bias bias,
        @Default("1.0") double scale,
        OptionalDouble softCap) implements Head {
    public static final LinearHead EXAMPLE = new LinearHead(37, Bias.ADDED);
    public static final LinearHead CAPPED =
            new LinearHead(37, Bias.NONE).scale(0.5).softCap(0.7);

    public LinearHead {
        if (outputs < 1) {
            throw new IllegalArgumentException("outputs must be at least 1, not " + outputs);
        }
        Scores.check(scale, softCap);
    }

    public LinearHead(int outputs, Bias bias) {
        this(outputs, bias, 1, OptionalDouble.empty());
    }

    public LinearHead scale(double by) {
        return new LinearHead(outputs, bias, by, softCap);
    }

    public LinearHead softCap(double cap) {
        return new LinearHead(outputs, bias, scale, OptionalDouble.of(cap));
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Linear product = new Linear(parameters, Linear.Size.from(width).to(outputs), bias);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return Scores.capped(product.forward(Scores.scaled(x, scale)), softCap); // [B, T, V]
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                return softCap.isPresent()
                        ? Head.Built.super.loss(x, answers, smoothing, context)
                        : product.crossEntropy(Scores.scaled(x, scale), answers, IGNORED, smoothing);
            }

            @Override
            public OptionalInt outputs() {
                return OptionalInt.of(outputs);
            }

            @Override
            public Optional<RowStep> row(StepPlan plan, Place place) {
                return softCap.isPresent()
                        ? Optional.empty()
                        : RowProducts.of(plan, product).map(scores -> (x, y) -> {
                            x.multiply((float) scale);
                            scores.apply(x, y);
                        });
            }

            @Override
            public Cost cost(Load load) {
                double rows = load.rows();
                return Cost.flops(product.flops(rows) + Scores.flops(rows, width, outputs, scale, softCap))
                        .plus(Scores.loss(rows, width, outputs, softCap));
            }
        };
    }
}
