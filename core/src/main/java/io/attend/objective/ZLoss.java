package io.attend.objective;

import io.attend.data.Example;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Cross-entropy that also keeps scores from drifting away: the logarithm of their normalizer is pulled to 0.
///
///     loss = mean over what is asked of −log p + weight · log² Z        Z = Σ_v exp(score_v)
@Source(paper = "PaLM: Scaling Language Modeling with Pathways", arxiv = "2204.02311")
public record ZLoss(Objective objective, @Default("1e-4") double weight) implements Objective {
    public static final ZLoss EXAMPLE = new ZLoss(NextToken.EXAMPLE, 1e-4);

    public ZLoss {
        Around.weight(weight);
    }

    @Override
    public List<String> specials() {
        return objective.specials();
    }

    static Tensor loss(Scored scored, double weight, double smoothing) {
        Tensor drift = scored.logits().logsumexp(-1, Tensor.Axis.DROPPED).square(); // [N]
        return scored.crossEntropy(smoothing).add(scored.mean(drift).mul(weight));
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Around(objective.build(tokenizer, training, heldOut)) {
            @Override
            Tensor learned(Transformer model, Batch batch, Context context) {
                return ZLoss.loss(Scored.of(model, batch, context), weight, smoothing());
            }
        };
    }
}
