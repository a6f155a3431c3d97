package io.attend.objective;

import io.attend.architecture.Inputs;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;

/// What training makes small.
public sealed interface Objective permits TeacherForcing {
    /// The mean loss of a batch, a single number.
    ///
    /// @param inputs what the model is given
    /// @param answers [B, T] int64, what it should say at each position; [TeacherForcing#IGNORED] where nothing is
    ///     asked
    Tensor loss(Transformer model, Inputs inputs, Tensor answers, Context context);

    /// The same objective without what only helps to learn, such as smoothing: what held-out examples are measured
    /// by.
    Objective evaluation();
}
