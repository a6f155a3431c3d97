package io.attend.objective;

import io.attend.data.Example;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Every batch goes through the model twice, and the two answers, which differ by dropout, must agree: R-Drop.
///
///     loss = ½ (L₁ + L₂) + weight · mean over what is asked of ½ (KL(p₁‖p₂) + KL(p₂‖p₁))
///
/// Twice the time of a step. The paper adds L₁ and L₂, so its α is twice our `weight`.
@Source(paper = "R-Drop: Regularized Dropout for Neural Networks", arxiv = "2106.14448")
public record Consistency(
        Objective objective, @Default("1.0") double weight) implements Objective {
    public static final Consistency EXAMPLE = new Consistency(TeacherForcing.EXAMPLE, 1);

    public Consistency {
        Around.weight(weight);
    }

    @Override
    public List<String> specials() {
        return objective.specials();
    }

    static Tensor loss(Scored first, Scored second, double weight, double smoothing) {
        Tensor p = first.logits().logSoftmax(-1);
        Tensor q = second.logits().logSoftmax(-1); // [N, V]
        Tensor apart =
                p.exp().sub(q.exp()).mul(p.sub(q)).sum(-1, Tensor.Axis.DROPPED).div(2); // [N]
        return first.crossEntropy(smoothing)
                .add(second.crossEntropy(smoothing))
                .div(2)
                .add(first.mean(apart).mul(weight));
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Around(objective.build(tokenizer, training, heldOut)) {
            @Override
            Tensor learned(Transformer model, Batch batch, Context context) {
                Scored first = Scored.of(model, batch, context);
                return Consistency.loss(first, Scored.of(model, batch, context), weight, smoothing());
            }
        };
    }
}
