package io.attend.generation;

import io.attend.head.FirstPooling;
import io.attend.head.LastPooling;
import io.attend.head.MaxPooling;
import io.attend.head.MeanPooling;
import io.attend.head.Pooling;
import java.util.Optional;

/// How a text becomes one vector.
public enum Pool {
    /// The mean of the vectors of its tokens.
    MEAN(Optional.of(new MeanPooling())),
    /// The vector of its first token, BERT's CLS.
    FIRST(Optional.of(new FirstPooling())),
    /// The vector of its last token.
    LAST(Optional.of(new LastPooling())),
    /// The largest of each number.
    MAX(Optional.of(new MaxPooling())),
    /// What the model's own pooler makes of it.
    POOLER(Optional.empty());

    private final Optional<Pooling> pooling;

    Pool(Optional<Pooling> pooling) {
        this.pooling = pooling;
    }

    Optional<Pooling> pooling() {
        return pooling;
    }
}
