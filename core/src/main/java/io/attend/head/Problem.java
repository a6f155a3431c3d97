package io.attend.head;

import io.attend.tensor.Tensor;
import java.util.Arrays;

/// What is asked of a whole text, and how wrong an answer is.
public enum Problem {
    /// One of several classes: cross-entropy; answers int64 [B].
    SINGLE_LABEL {
        @Override
        public double[] chances(double[] logits) {
            double most = Arrays.stream(logits).max().orElseThrow();
            double sum = Arrays.stream(logits).map(x -> Math.exp(x - most)).sum();
            return Arrays.stream(logits).map(x -> Math.exp(x - most) / sum).toArray();
        }

        @Override
        Tensor loss(Tensor logits, Tensor answers, double smoothing) {
            return logits.crossEntropy(answers, Head.IGNORED, smoothing);
        }
    },
    /// Each class yes or no by itself: binary cross-entropy; answers [B, labels] between 0 and 1.
    MULTI_LABEL {
        @Override
        public double[] chances(double[] logits) {
            return Arrays.stream(logits).map(x -> 1 / (1 + Math.exp(-x))).toArray();
        }

        @Override
        Tensor loss(Tensor logits, Tensor answers, double smoothing) {
            unsmoothed(smoothing);
            return binary(logits, answers.to(logits.dtype())).mean();
        }
    },
    /// Numbers: mean squared error; answers [B], or [B, labels] where there are several.
    REGRESSION {
        @Override
        public double[] chances(double[] logits) {
            return logits.clone();
        }

        @Override
        Tensor loss(Tensor logits, Tensor answers, double smoothing) {
            unsmoothed(smoothing);
            return logits.sub(answers.to(logits.dtype()).reshape(logits.shape().toArray()))
                    .square()
                    .mean();
        }
    },
    /// Which of several texts that stand one after the other, each with one score: cross-entropy of their scores;
    /// answers int64 [B] of B times as many texts as there are to choose from.
    CHOICE {
        @Override
        public double[] chances(double[] logits) {
            return logits.clone();
        }

        @Override
        Tensor loss(Tensor logits, Tensor answers, double smoothing) {
            return logits.reshape(answers.size(0), -1).crossEntropy(answers, Head.IGNORED, smoothing);
        }
    };

    /// What the scores of one text, one a label, say of each class: its chance, or the number itself.
    public abstract double[] chances(double[] logits);

    /// @param logits [B, labels]
    abstract Tensor loss(Tensor logits, Tensor answers, double smoothing);

    /// −y log σ(x) − (1 − y) log (1 − σ(x)), element by element.
    static Tensor binary(Tensor logits, Tensor answers) {
        return logits.logSigmoid()
                .mul(answers)
                .add(logits.neg().logSigmoid().mul(answers.neg().add(1)))
                .neg();
    }

    static void unsmoothed(double smoothing) {
        if (smoothing != 0) {
            throw new IllegalArgumentException("smoothing " + smoothing
                    + " spreads certainty over the classes of one choice, and this is none; use 0");
        }
    }
}
