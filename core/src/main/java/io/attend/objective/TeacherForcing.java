package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.head.Head;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import io.attend.value.Default;
import io.attend.value.Source;

/// The model is shown the right beginning of every target and asked for the next token; all positions are learned
/// at once.
///
///     loss = − mean over t of Σ_v q(v) log p(v | source, target before t)
///
/// With `smoothing` s, q is (1 − s) on the right token plus s spread evenly over the vocabulary, which keeps a
/// model from being too sure; without, q is the right token alone. Padding does not count.
@Source(paper = "Rethinking the Inception Architecture for Computer Vision", arxiv = "1512.00567")
public record TeacherForcing(@Default("0.0") double smoothing) implements Objective {
    public static final TeacherForcing EXAMPLE = new TeacherForcing(0.1);

    /// The answer at positions where nothing is asked.
    public static final long IGNORED = Head.IGNORED;

    public TeacherForcing {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("smoothing " + smoothing + " is outside [0, 1)");
        }
    }

    @Override
    public Tensor loss(Transformer model, Inputs inputs, Tensor answers, Context context) {
        return model.loss(inputs, answers, smoothing, context);
    }

    @Override
    public Objective evaluation() {
        return new TeacherForcing(0);
    }
}
