package io.attend.architecture;

import io.attend.embedding.Embedding;
import io.attend.layer.Parameters;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;

/// One stack that reads a whole sequence at once: BERT and its kin.
///
///     y = stack(embedding(source))
@Source(
        paper = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        arxiv = "1810.04805")
public record Encoder(Embedding embedding, Stack stack) implements Topology {
    public static final Encoder EXAMPLE =
            (Encoder) Presets.bert(31, 1, Presets.Size.width(10).heads(2), 61).topology();

    @Override
    public Topology.Built build(Parameters parameters, int width) {
        return new SingleStack(this, embedding, stack, parameters, width);
    }

    @Override
    public boolean generates() {
        return false;
    }

    @Override
    public boolean reads() {
        return true;
    }

    @Override
    public List<Embedding> embeddings() {
        return List.of(embedding);
    }

    @Override
    public Map<String, Stack> stacks() {
        return Map.of("encoder", stack);
    }
}
