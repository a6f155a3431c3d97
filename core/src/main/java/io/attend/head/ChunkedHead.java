package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.tensor.DType;
import io.attend.tensor.Recompute;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Another head's scores whose cross-entropy is taken a few positions at a time, so that the scores of all
/// never exist together: the backward pass computes each chunk again.
///
///     loss = Σ_c Σ_(t in c) −log softmax(scores(x_t))_(answer t) / count        chunk by chunk
///
/// x [B, T, E] → what the other head gives. Exact, for any head that scores position by position, with
/// smoothing and adapters; the loss keeps chunk·V numbers instead of B·T·V, and costs one forward pass of the
/// head more.
///
/// What it is for: scores that are more than a product, which are those of a head with a soft cap or with an
/// adapter on its product. A plain [LinearHead], [TiedHead] or [MaskedLanguageHead] takes its loss in chunks by
/// itself, with nothing computed again ([io.attend.tensor.ProductLoss]): around one of those this is slower and
/// needs more memory.
///
/// @param chunk positions at a time
@Source(paper = "Training Deep Nets with Sublinear Memory Cost", arxiv = "1604.06174")
public record ChunkedHead(Head scores, @Default("1024") int chunk) implements Head {
    public static final ChunkedHead EXAMPLE = new ChunkedHead(TiedHead.WITH_BIAS, 3);

    public ChunkedHead {
        if (!scores.writes()) {
            throw new IllegalArgumentException(
                    "a " + scores.getClass().getSimpleName()
                            + " does not score words position by position, so there is nothing to cut into chunks; use it by itself");
        }
        if (chunk < 1) {
            throw new IllegalArgumentException("chunk must be at least 1, not " + chunk);
        }
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Head.Built whole = scores.build(parameters, width, table);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return whole.forward(x, context);
            }

            @Override
            public Map<String, Tensor> outputs(Tensor x, Context context) {
                return whole.outputs(x, context);
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                Tensor rows = x.reshape(-1, width); // [B T, E]
                Tensor classes = answers.reshape(-1);
                Tensor losses = context.recomputed(
                        (inputs, start, length) -> {
                            Tensor some =
                                    inputs.getFirst().narrow(0, start, length).unsqueeze(0);
                            return whole.forward(some, context)
                                    .squeeze(0)
                                    .crossEntropies(classes.narrow(0, start, length), IGNORED, smoothing); // [chunk]
                        },
                        new Recompute.Parts(0, rows.size(0), chunk),
                        List.of(rows));
                return losses.sum()
                        .div(classes.ne(IGNORED).to(DType.INT64).sum().to(losses.dtype()));
            }

            @Override
            public Cost cost(Load load) {
                Load some = Load.batch(1).length((long) Math.min(chunk, load.rows()));
                return Cost.flops(whole.cost(load).flops())
                        .recomputed()
                        .saving(load.rows() * (width + 1))
                        .working(whole.cost(some).recomputed().working());
            }
        };
    }
}
