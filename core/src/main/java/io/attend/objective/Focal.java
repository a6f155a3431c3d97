package io.attend.objective;

import io.attend.data.Example;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// Cross-entropy that counts what the model already knows for little, so that rare and hard classes are not
/// drowned.
///
///     loss = − mean over what is asked of (1 − p)^focus · log p        p of the right class
///
/// With smoothing, the smoothed cross-entropy stands for −log p. The paper's weights α of classes are not here.
/// Names: our `focus` is the paper's γ.
@Source(paper = "Focal Loss for Dense Object Detection", arxiv = "1708.02002")
public record Focal(Objective objective, @Default("2.0") double focus) implements Objective {
    public static final Focal EXAMPLE = new Focal(Classification.EXAMPLE, 2);

    private static final double LEAST = 1e-6; // the derivative of a power below 1 is infinite at 0

    public Focal {
        if (!(focus >= 0 && focus <= 100)) {
            throw new IllegalArgumentException("focus " + focus + " is outside [0, 100]");
        }
    }

    @Override
    public List<String> specials() {
        return objective.specials();
    }

    static Tensor loss(Scored scored, double focus, double smoothing) {
        Tensor right = scored.crossEntropies(0).neg().exp(); // p, [N]
        Tensor unsure = right.neg().add(1).clampMin(LEAST).pow(focus);
        return scored.mean(scored.crossEntropies(smoothing).mul(unsure));
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        return new Around(objective.build(tokenizer, training, heldOut)) {
            @Override
            Tensor learned(Transformer model, Batch batch, Context context) {
                return Focal.loss(Scored.of(model, batch, context), focus, smoothing());
            }
        };
    }
}
