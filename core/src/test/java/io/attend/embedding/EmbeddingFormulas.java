package io.attend.embedding;

import io.attend.layer.Bias;
import io.attend.layer.Numbers;
import io.attend.norm.NormFormulas;
import io.attend.position.AbsolutePositionFormulas;
import io.attend.value.Formulas;

/// What words become, from the papers.
public final class EmbeddingFormulas {
    private EmbeddingFormulas() {}

    /// One sequence of words.
    ///
    /// @param ids [T]
    /// @param segments [T]
    /// @param keep [T], false at padding
    @SuppressWarnings("ArrayRecordComponent")
    public record Words(int[] ids, int[] segments, boolean[] keep) {}

    /// A sequence as vectors [T][E]; `source` is the table of the encoder's side, [V][E].
    public interface Formula {
        double[][] table(Numbers numbers, int width, double[][] source);

        double[][] apply(Words words, Numbers numbers, double[][] table);
    }

    private static final Formulas<Embedding, Formula> ALL =
            Formulas.<Embedding, Formula>of(Embedding.class).with(TokenEmbedding.class, OfTokens::new);

    public static Formula of(Embedding embedding) {
        return ALL.of(embedding);
    }

    private record OfTokens(TokenEmbedding value) implements Formula {
        @Override
        public double[][] table(Numbers numbers, int width, double[][] source) {
            int own = value.inner().orElse(width);
            return TableFormulas.of(value.table()).apply(numbers.in("token"), own, source);
        }

        @Override
        public double[][] apply(Words words, Numbers numbers, double[][] table) {
            double[][] y = new double[words.ids().length][];
            for (int t = 0; t < y.length; t++) {
                double[] x = table[words.ids()[t]].clone();
                for (int e = 0; e < x.length; e++) {
                    x[e] *= value.factor()
                            * switch (value.scale()) {
                                case ONE -> 1;
                                case SQUARE_ROOT_OF_WIDTH, ROUNDED_SQUARE_ROOT_OF_WIDTH -> Math.sqrt(x.length);
                            };
                }
                x = AbsolutePositionFormulas.of(value.position()).apply(x, t, numbers.in("position"));
                if (value.segments().orElse(0) > 0) {
                    double[] segment = numbers.in("segment").matrix("weight", x.length)[words.segments()[t]];
                    for (int e = 0; e < x.length; e++) {
                        x[e] += segment[e];
                    }
                }
                y[t] = NormFormulas.of(value.norm()).apply(x, numbers.in("norm"));
                if (value.padding() == PaddingVectors.ZEROED && !words.keep()[t]) {
                    y[t] = new double[x.length];
                }
                if (value.inner().isPresent()) {
                    y[t] = numbers.in("projection").linear(y[t], Bias.ADDED);
                }
            }
            return y;
        }
    }
}
