package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Linear;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.layer.Place;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Map;
import java.util.Optional;

/// Another head behind a product that makes the last vectors narrower, so that what follows is the model of a
/// narrower stream.
///
///     y = head(W x)        W [size, E]
///
/// x [B, T, E] → what the head gives. 2·E·size operations a position; parameters of the product are at
/// `narrow`, those of the head where they were. A [TiedHead] has such a product by itself. Names: the product
/// is OPT's `project_out`, `size` its `word_embed_proj_dim`.
///
/// @param size of the vectors the head gets
@Source(paper = "OPT: Open Pre-trained Transformer Language Models", arxiv = "2205.01068")
public record NarrowHead(int size, Head head) implements Head {
    public static final NarrowHead EXAMPLE = new NarrowHead(3, LinearHead.EXAMPLE);
    public static final NarrowHead VECTORS = new NarrowHead(3, NoHead.EXAMPLE);

    private static final Place DECODER = new Place("decoder");

    public NarrowHead {
        if (size < 1) {
            throw new IllegalArgumentException("size must be at least 1, not " + size);
        }
    }

    @Override
    public NarrowHead dropout(double rate) {
        return new NarrowHead(size, head.dropout(rate));
    }

    @Override
    public boolean writes() {
        return head.writes();
    }

    @Override
    public Gives gives() {
        return head.gives();
    }

    @Override
    public Head.Built build(Parameters parameters, int width, Optional<Table.Built> table) {
        Linear narrow =
                new Linear(parameters.in("narrow"), Linear.Size.from(width).to(size), Bias.NONE);
        Head.Built behind = head.build(parameters, size, table);
        return new Head.Built() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return behind.forward(narrowed(x, context), context);
            }

            @Override
            public Tensor loss(Tensor x, Tensor answers, double smoothing, Context context) {
                return behind.loss(narrowed(x, context), answers, smoothing, context);
            }

            @Override
            public Map<String, Tensor> outputs(Tensor x, Context context) {
                return behind.outputs(narrowed(x, context), context);
            }

            private Tensor narrowed(Tensor x, Context context) {
                Tensor narrowed = narrow.forward(x); // [B, T, size]
                context.at(DECODER).show("narrowed", narrowed);
                return narrowed;
            }

            @Override
            public Cost cost(Load load) {
                return Cost.flops(narrow.flops(load.rows()))
                        .saving(load.rows() * width)
                        .plus(behind.cost(load));
            }
        };
    }
}
