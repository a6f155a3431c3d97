package io.attend.mask;

import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.Optional;

/// A query sees the keys of its own text: several texts share one sequence and do not see each other. Where
/// texts are not told apart there is one. Joined to [Causal] by [And], short texts are packed for training.
///
///     allowed(q, k) = text(q) = text(k)
///
/// The text of a token is its segment in the forward pass.
@Source(
        paper = "Efficient Sequence Packing without Cross-contamination: Accelerating Large Language Models without"
                + " Impacting Performance",
        arxiv = "2107.02027")
public record Document() implements Mask {
    public static final Document EXAMPLE = new Document();

    @Override
    public boolean allows(long query, long key) {
        return true;
    }

    @Override
    public boolean allows(Token query, Token key) {
        return query.text() == key.text();
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys) {
        return new Bidirectional().allowed(queries, keys);
    }

    @Override
    public Tensor allowed(Tensor queries, Tensor keys, Optional<Texts> texts) {
        return texts.map(both -> both.queries().eq(both.keys())).orElseGet(() -> allowed(queries, keys));
    }

    @Override
    public Reach reach(long first, long queries, long keys) {
        return Reach.ALL;
    }

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public boolean looksAtTexts() {
        return true;
    }
}
