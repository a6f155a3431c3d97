package io.attend.task;

import java.util.Comparator;
import java.util.List;

/// How labels of tokens become labels of parts of a text, as Hugging Face's pipeline has it.
public enum Aggregation {
    /// Each token by itself.
    NONE,
    /// Tokens beside each other whose labels belong together are one part.
    SIMPLE,
    /// A word has the label of its first token; then as [#SIMPLE].
    FIRST {
        @Override
        double[] word(List<double[]> chances) {
            return chances.getFirst();
        }
    },
    /// A word has the label that its tokens hold likeliest on average.
    AVERAGE {
        @Override
        double[] word(List<double[]> chances) {
            double[] mean = new double[chances.getFirst().length];
            for (double[] token : chances) {
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += token[i] / chances.size();
                }
            }
            return mean;
        }
    },
    /// A word has the label of the token that is surest of its own.
    MAX {
        @Override
        double[] word(List<double[]> chances) {
            Comparator<double[]> sure = Comparator.comparingDouble(token -> token[Checks.best(token, 1)[0]]);
            double[] surest = chances.getFirst();
            for (double[] token : chances) {
                surest = sure.compare(token, surest) > 0 ? token : surest;
            }
            return surest;
        }
    };

    /// What a word's tokens say together; only where words are looked at.
    double[] word(List<double[]> chances) {
        throw new IllegalStateException(this + " looks at tokens, not at words");
    }

    boolean wordwise() {
        return this != NONE && this != SIMPLE;
    }
}
