package io.attend.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import org.junit.jupiter.api.Test;

class InitializationTest {
    private static double deviation(Tensor tensor) {
        Tensor flat = tensor.reshape(-1);
        return flat.sub(flat.mean()).square().mean().sqrt().item();
    }

    /// GPT-2's paper: 0.02, and 0.02 / √N for the products that end one of N branches (here 2 blocks of 2).
    @Test
    void gptStartsAsItsPaperSays() {
        Architecture gpt = Presets.gpt(997, 2, Presets.Size.width(128).heads(2), 61);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(gpt, 3)) {
            for (Parameter weight : model.weights()) {
                if (weight.shape().rank() < 2) {
                    assertThat(deviation(weight.tensor())).as(weight.name()).isZero();
                } else {
                    boolean ends = weight.name().endsWith("output.weight")
                            || weight.name().endsWith("outer.weight");
                    assertThat(deviation(weight.tensor()))
                            .as(weight.name())
                            .isCloseTo(ends ? 0.01 : 0.02, within(0.0007));
                }
            }
        }
    }

    @Test
    void layersKeepTheirOwnChoice() {
        Architecture transformer =
                Presets.transformer(997, 1, Presets.Size.width(64).heads(2), 0);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(transformer, 3)) {
            for (Parameter weight : model.weights()) {
                if (weight.name().endsWith("query.weight")) {
                    assertThat(deviation(weight.tensor())) // Glorot: √(2 / (64 + 64))
                            .as(weight.name())
                            .isCloseTo(0.125, within(0.004));
                }
            }
        }
    }
}
