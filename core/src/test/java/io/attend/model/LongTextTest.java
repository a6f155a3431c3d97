package io.attend.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.architecture.Architecture;
import io.attend.architecture.Inputs;
import io.attend.architecture.Presets;
import io.attend.embedding.Tokens;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LongTextTest {
    /// Attention with dropout over so many pairs is computed again in the backward pass, when the lifetimes of
    /// the blocks it stood in are over.
    @Test
    void trainsOnTextsWhoseAttentionIsComputedAgain() {
        Architecture gpt = Presets.gpt(31, 2, Presets.Size.width(8).heads(2).hidden(8), 1024);
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1);
                Transformer model = Transformer.initialize(gpt, 1)) {
            model.weights().forEach(weight -> weight.tensor().requiresGrad(true));
            Tensor ids = Tensor.zeros(Shape.of(1, 1024), DType.INT64);
            model.loss(Inputs.of(Tokens.of(ids)), ids, 0, Context.training(random))
                    .backward();
            model.weights().forEach(weight -> {
                assertThat(weight.tensor().grad()).as(weight.name()).isPresent();
                Grids.assertFinite(weight.name(), weight.tensor().grad().orElseThrow());
            });
        }
    }
}
