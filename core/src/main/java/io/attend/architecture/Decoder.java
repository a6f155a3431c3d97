package io.attend.architecture;

import io.attend.embedding.Embedding;
import io.attend.layer.Parameters;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;

/// One stack that writes: every position sees only what came before it. GPT and its kin.
///
///     y = stack(embedding(tokens))
@Source(paper = "Language Models are Unsupervised Multitask Learners", reference = "OpenAI 2019")
public record Decoder(Embedding embedding, Stack stack) implements Topology {
    public static final Decoder EXAMPLE =
            (Decoder) Presets.gpt(31, 1, Presets.Size.width(10).heads(2), 61).topology();

    public Decoder {
        if (!stack.causal()) {
            throw new IllegalArgumentException(
                    "a Decoder must not see the future, but an attention of its stack does; give it the"
                            + " mask Causal, or use an Encoder");
        }
    }

    @Override
    public Topology.Built build(Parameters parameters, int width) {
        return new SingleStack(this, embedding, stack, parameters, width);
    }

    @Override
    public boolean generates() {
        return true;
    }

    @Override
    public boolean reads() {
        return false;
    }

    @Override
    public List<Embedding> embeddings() {
        return List.of(embedding);
    }

    @Override
    public Map<String, Stack> stacks() {
        return Map.of("decoder", stack);
    }
}
