package io.attend.objective;

import io.attend.head.Head;
import io.attend.layer.Context;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Tensor;

/// Scores of classes row by row, and the right class of each.
///
/// @param logits [N, V]
/// @param answers [N], [Head#IGNORED] where nothing is asked
record Scored(Tensor logits, Tensor answers) {
    /// @throws IllegalArgumentException if the objective asks for something else than a class
    static Scored of(Transformer model, Batch batch, Context context) {
        Tensor logits = model.forward(batch.inputs(), context);
        Tensor answers = batch.answers();
        long classes = logits.size(-1);
        if (classes < 2 || answers.dtype() != DType.INT64 || logits.count() != answers.count() * classes) {
            throw new IllegalArgumentException("this loss needs one right class for each row of scores, but the model"
                    + " gives " + logits.shape() + " and the answers are " + answers.shape() + " " + answers.dtype()
                    + "; use the objective without it");
        }
        return new Scored(logits.reshape(-1, classes), answers.reshape(-1));
    }

    /// Of each row [N]; 0 where nothing is asked.
    Tensor crossEntropies(double smoothing) {
        return logits.crossEntropies(answers, Head.IGNORED, smoothing);
    }

    Tensor crossEntropy(double smoothing) {
        return logits.crossEntropy(answers, Head.IGNORED, smoothing);
    }

    /// The mean of numbers [N] over what is asked.
    Tensor mean(Tensor numbers) {
        Tensor asked = answers.ne(Head.IGNORED).to(numbers.dtype());
        return numbers.mul(asked).sum().div(asked.sum());
    }
}
