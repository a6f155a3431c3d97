package io.attend.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Presets;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.tensor.Lifetime;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdamWTest {
    private static final AdamW VALUE = new AdamW(0.9, 0.95, 1e-8, 0.1);

    @Test
    void movesWeightsAsThePaperWritesIt() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(
                        Presets.gpt(7, 1, Presets.Size.width(4).heads(2).hidden(3), 5), 1)) {
            List<Parameter> weights = model.weights();
            weights.forEach(p -> p.tensor().requiresGrad(true));
            double[][] theta = new double[weights.size()][];
            double[][] m = new double[weights.size()][];
            double[][] v = new double[weights.size()][];
            for (int i = 0; i < theta.length; i++) {
                theta[i] = weights.get(i).tensor().toDoubles();
                m[i] = new double[theta[i].length];
                v[i] = new double[theta[i].length];
            }
            try (Optimizer.Built optimizer = VALUE.build(weights)) {
                for (int t = 1; t <= 5; t++) {
                    // the loss Σ θ² (t + 1) / 2 has the gradient θ (t + 1)
                    for (Parameter weight : weights) {
                        weight.tensor().square().sum().mul((t + 1) / 2.0).backward();
                    }
                    double rate = 0.01 * t;
                    optimizer.step(rate);
                    weights.forEach(p -> p.tensor().clearGrad());
                    for (int i = 0; i < theta.length; i++) {
                        double decay = weights.get(i).shape().rank() > 1 ? 0.1 : 0;
                        for (int j = 0; j < theta[i].length; j++) {
                            double g = theta[i][j] * (t + 1);
                            m[i][j] = 0.9 * m[i][j] + 0.1 * g;
                            v[i][j] = 0.95 * v[i][j] + 0.05 * g * g;
                            double mean = m[i][j] / (1 - Math.pow(0.9, t));
                            double variance = v[i][j] / (1 - Math.pow(0.95, t));
                            theta[i][j] -= rate * (mean / (Math.sqrt(variance) + 1e-8) + decay * theta[i][j]);
                        }
                        double[] got = weights.get(i).tensor().toDoubles();
                        for (int j = 0; j < got.length; j++) {
                            assertThat(got[j]).as(weights.get(i).name()).isCloseTo(theta[i][j], within(2e-6));
                        }
                    }
                }
            }
        }
    }
}
