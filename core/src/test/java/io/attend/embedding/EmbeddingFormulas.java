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

    private static final Formulas<Embedding, Formula> ALL = Formulas.<Embedding, Formula>of(Embedding.class)
            .with(TokenEmbedding.class, OfTokens::new)
            .with(NgramEmbedding.class, OfNgrams::new)
            .with(FeatureEmbedding.class, OfFeatures::new)
            .with(TwoStreamEmbedding.class, OfTwoStreams::new);

    /// How many tokens are asked for where some are.
    static final int ASKED = 3;

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

    /// The vector that stands for a word where vectors are given.
    static double[] features(int id, int count) {
        double[] numbers = new double[count];
        for (int f = 0; f < count; f++) {
            numbers[f] = Math.sin(id * 1.7 + f);
        }
        return numbers;
    }

    private record OfFeatures(FeatureEmbedding value) implements Formula {
        @Override
        public double[][] table(Numbers numbers, int width, double[][] source) {
            return new double[0][];
        }

        @Override
        public double[][] apply(Words words, Numbers numbers, double[][] table) {
            double[][] y = new double[words.ids().length][];
            for (int t = 0; t < y.length; t++) {
                double[] x = numbers.in("projection").linear(features(words.ids()[t], value.features()), Bias.ADDED);
                x = AbsolutePositionFormulas.of(value.position()).apply(x, t, numbers.in("position"));
                y[t] = NormFormulas.of(value.norm()).apply(x, numbers.in("norm"));
            }
            return y;
        }
    }

    private record OfTwoStreams(TwoStreamEmbedding value) implements Formula {
        @Override
        public double[][] table(Numbers numbers, int width, double[][] source) {
            return new OfTokens(value.content()).table(numbers, width, source);
        }

        @Override
        public double[][] apply(Words words, Numbers numbers, double[][] table) {
            double[][] content = new OfTokens(value.content()).apply(words, numbers, table);
            double[][] y = java.util.Arrays.copyOf(content, content.length + ASKED);
            for (int p = content.length; p < y.length; p++) {
                y[p] = numbers.in("query").vector("weight");
            }
            return y;
        }
    }

    private record OfNgrams(NgramEmbedding value) implements Formula {
        @Override
        public double[][] table(Numbers numbers, int width, double[][] source) {
            return TableFormulas.of(value.table()).apply(numbers.in("token"), width, source);
        }

        @Override
        public double[][] apply(Words words, Numbers numbers, double[][] table) {
            int length = words.ids().length;
            double[][] y = new double[(1 + value.streams()) * length][];
            for (int row = 0; row < y.length; row++) {
                int stream = row / length;
                int t = row % length;
                double[][] streams = numbers.in("stream").matrix("weight", table[0].length);
                double[] x = stream == 0
                        ? table[words.ids()[t]]
                        : streams[stream == 1 ? value.streams() - 1 : stream - 2]; // the first has the last row
                double[] placed = AbsolutePositionFormulas.of(value.position())
                        .apply(x.clone(), stream == 0 ? t : t + 1, numbers.in("position"));
                y[row] = NormFormulas.of(value.norm()).apply(placed, numbers.in("norm"));
            }
            return y;
        }
    }
}
