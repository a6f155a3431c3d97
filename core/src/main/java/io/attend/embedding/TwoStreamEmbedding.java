package io.attend.embedding;

import io.attend.layer.Context;
import io.attend.layer.Cost;
import io.attend.layer.Initializer;
import io.attend.layer.Lanes;
import io.attend.layer.Load;
import io.attend.layer.Parameter;
import io.attend.layer.Parameters;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;

/// Words, and behind them one learned vector for each word that is asked for: XLNet's content and query
/// streams.
///
///     x = [content(tokens) ; w, w, ..., w]        P times w, dropped from like the content
///
/// ids [B, T], P targets → x [B, T + P, E]; behind the stack the queries alone go on, [B, P, E]. Without
/// targets it is `content`. E parameters more. Names: w is Hugging Face's `mask_emb`.
@Source(paper = "XLNet: Generalized Autoregressive Pretraining for Language Understanding", arxiv = "1906.08237")
public record TwoStreamEmbedding(TokenEmbedding content) implements Embedding {
    public static final TwoStreamEmbedding EXAMPLE =
            new TwoStreamEmbedding(TokenEmbedding.of(new DenseTable(31)).segments(0));

    @Override
    public Lanes lanes() {
        return Lanes.QUERIES;
    }

    @Override
    public Embedding.Built build(Parameters parameters, int width, Optional<Table.Built> source) {
        Embedding.Built tokens = content.build(parameters, width, source);
        Parameter query = parameters.in("query").weight("weight", Shape.of(width), Initializer.normal(0.02));
        return new Built(content, tokens, query);
    }

    private record Built(TokenEmbedding value, Embedding.Built content, Parameter query) implements Embedding.Built {
        @Override
        public Tensor forward(Input input, Context context) {
            return switch (input) {
                case Tokens _, Features _ -> content.forward(input, context);
                case PermutedTokens permuted -> {
                    Tensor x = content.forward(permuted.tokens(), context); // [B, T, E]
                    yield permuted.targets()
                            .map(rows -> Tensor.cat(1, x, queries(rows, context))) // [B, T + P, E]
                            .orElse(x);
                }
            };
        }

        private Tensor queries(Tensor targets, Context context) {
            Tensor all = query.tensor()
                    .expand(targets.size(0), targets.size(1), query.shape().size(0));
            return context.dropout(all, value.dropout()); // [B, P, E]
        }

        @Override
        public Context above(Input input, Context context) {
            return input instanceof PermutedTokens permuted ? context.permuted(permuted.order()) : context;
        }

        @Override
        public Tensor leave(Tensor x, Context context) {
            return context.permutation()
                    .flatMap(order -> order.targets())
                    .map(targets -> x.narrow(1, targets.size(2), targets.size(1))) // [B, P, E]
                    .orElse(x);
        }

        @Override
        public Optional<Table.Built> table() {
            return content.table();
        }

        @Override
        public Cost cost(Load load) {
            return content.cost(load);
        }
    }
}
