package io.attend.head;

import io.attend.value.Formulas;
import java.util.Arrays;
import java.util.stream.IntStream;

/// One vector of many, as it is defined.
final class PoolingFormulas {
    private PoolingFormulas() {}

    /// A text as one vector [E].
    @FunctionalInterface
    interface Formula {
        double[] apply(HeadFormulas.Text text);
    }

    private static final Formulas<Pooling, Formula> ALL = Formulas.<Pooling, Formula>of(Pooling.class)
            .with(ColumnPooling.class, value -> text -> {
                int length = text.x().length;
                double[] mean = new double[text.x()[0].length];
                for (double[] x : text.x()) {
                    Arrays.setAll(mean, e -> mean[e] + x[e] / length);
                }
                return value.columns() == ColumnPooling.Columns.LAST ? text.x()[length - 1] : mean;
            })
            .with(FirstPooling.class, _ -> text -> text.x()[0])
            .with(LastPooling.class, _ -> text -> text.x()[kept(text).max().orElse(0)])
            .with(MeanPooling.class, _ -> text -> {
                double[] mean = new double[text.x()[0].length];
                long count = Math.max(1, kept(text).count());
                kept(text).forEach(t -> Arrays.setAll(mean, e -> mean[e] + text.x()[t][e] / count));
                return mean;
            })
            .with(
                    MaxPooling.class,
                    _ -> text -> IntStream.range(0, text.x()[0].length)
                            .mapToDouble(e -> kept(text)
                                    .mapToDouble(t -> text.x()[t][e])
                                    .max()
                                    .orElse(0))
                            .toArray())
            .with(TokenPooling.class, value -> text -> {
                IntStream found = IntStream.range(0, text.words().length).filter(t -> text.words()[t] == value.token());
                return text.x()[
                        value.occurrence() == TokenPooling.Occurrence.LAST
                                ? found.max().orElseThrow()
                                : found.min().orElseThrow()];
            });

    static Formula of(Pooling pooling) {
        return ALL.of(pooling);
    }

    private static IntStream kept(HeadFormulas.Text text) {
        return IntStream.range(0, text.keep().length).filter(t -> text.keep()[t]);
    }
}
