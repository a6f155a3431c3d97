package io.attend.objective;

import io.attend.data.Example;
import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.NoGradient;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Default;
import io.attend.value.Source;
import java.nio.file.Path;
import java.util.List;

/// A model learns from what a trained one, its teacher, thinks of every class, besides the right answers:
/// knowledge distillation.
///
///     loss = (1 − weight) · L + weight · T² · mean over what is asked of KL(q ‖ p)
///     p = softmax(scores / T)        q = softmax(the teacher's scores / T)
///
/// T², so that the weight means the same at every temperature T. The teacher has the same tokens and reads the
/// same inputs, without dropout; it costs its forward pass and its weights, which stay mapped from their file.
/// Names: 1 − `weight` is DistilBERT's share of the hard loss; the paper's soft cross-entropy differs from KL by
/// a constant.
///
/// @param teacher a run folder, a folder as Hugging Face has it, or a GGUF file
@Source(paper = "Distilling the Knowledge in a Neural Network", arxiv = "1503.02531")
public record Distillation(
        Objective objective,
        String teacher,
        @Default("2.0") double temperature,
        @Default("0.5") double weight) implements Objective {
    public static final Distillation EXAMPLE = new Distillation(NextToken.EXAMPLE, "runs/teacher", 2, 0.5);

    public Distillation {
        if (!(temperature > 0 && temperature <= 1e3)) {
            throw new IllegalArgumentException("temperature " + temperature + " is outside (0, 1000]");
        }
        if (!(weight > 0 && weight <= 1)) {
            throw new IllegalArgumentException("weight " + weight + " is outside (0, 1]; without it nothing is taught");
        }
    }

    @Override
    public List<String> specials() {
        return objective.specials();
    }

    static Tensor loss(Scored scored, Tensor taught, double temperature, double weight, double smoothing) {
        Tensor p = scored.logits().div(temperature).logSoftmax(-1);
        Tensor q = taught.div(temperature).logSoftmax(-1); // [N, V]
        Tensor apart = q.exp().mul(q.sub(p)).sum(-1, Tensor.Axis.DROPPED); // [N]
        Tensor soft = scored.mean(apart).mul(temperature * temperature * weight);
        return weight == 1
                ? soft
                : scored.crossEntropy(smoothing).mul(1 - weight).add(soft);
    }

    @Override
    public Objective.Built build(
            Tokenizer tokenizer, List<? extends Example> training, List<? extends Example> heldOut) {
        Objective.Built inner = objective.build(tokenizer, training, heldOut);
        TextModel text = TextModel.load(Path.of(teacher));
        try {
            checkTokens(tokenizer, text.tokenizer());
        } catch (RuntimeException e) {
            text.model().close();
            throw e;
        }
        return new Taught(inner, text.model());
    }

    /// @throws IllegalArgumentException naming a token that the teacher has not or that is another
    private void checkTokens(Tokenizer tokenizer, Tokenizer teachers) {
        for (int id = 0; id < Math.max(tokenizer.size(), teachers.size()); id++) {
            String own = tokenizer.has(id) ? '"' + tokenizer.token(id) + '"' : "none";
            String other = teachers.has(id) ? '"' + teachers.token(id) + '"' : "none";
            if (!own.equals(other)) {
                throw new IllegalArgumentException("token " + id + " is " + own + ", but " + other
                        + " to the teacher " + teacher + "; take its tokens: words.type=GivenWords words.path="
                        + teacher);
            }
        }
    }

    private final class Taught extends Around {
        private final Transformer teacher;

        Taught(Objective.Built inner, Transformer teacher) {
            super(inner);
            this.teacher = teacher;
        }

        @Override
        public void check(Transformer model) {
            super.check(model);
            super.check(teacher);
        }

        @Override
        Tensor learned(Transformer model, Batch batch, Context context) {
            Scored scored = Scored.of(model, batch, context);
            return Distillation.loss(scored, taught(batch, scored), temperature, weight, smoothing());
        }

        private Tensor taught(Batch batch, Scored scored) {
            try (NoGradient _ = NoGradient.open()) {
                Tensor taught = Scored.of(teacher, batch, Context.inference()).logits();
                if (!taught.shape().equals(scored.logits().shape())) {
                    throw new IllegalArgumentException("the teacher " + Distillation.this.teacher + " scores "
                            + taught.size(-1) + " classes and the model "
                            + scored.logits().size(-1)
                            + "; a teacher must have learned the same task");
                }
                return taught.to(scored.logits().dtype());
            }
        }

        @Override
        public void close() {
            teacher.close();
            super.close();
        }
    }
}
