package io.attend.embedding;

import io.attend.layer.Bias;
import io.attend.layer.Numbers;
import io.attend.value.Formulas;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The vectors of a vocabulary, [V][E], from the papers.
public final class TableFormulas {
    private TableFormulas() {}

    /// All vectors, from the table's own numbers or the source's vectors.
    @FunctionalInterface
    public interface Formula {
        double[][] apply(Numbers numbers, int width, double[][] source);
    }

    private static final Formulas<Table, Formula> ALL = Formulas.<Table, Formula>of(Table.class)
            .with(DenseTable.class, _ -> (numbers, width, _) -> numbers.matrix("weight", width))
            .with(FactorisedTable.class, value -> (numbers, width, _) -> {
                double[][] words = numbers.matrix("weight", value.size());
                return Stream.of(words)
                        .map(word -> numbers.in("widening").linear(word, Bias.NONE))
                        .toArray(double[][]::new);
            })
            .with(AdaptiveTable.class, value -> (numbers, width, _) -> {
                List<double[]> all = new ArrayList<>();
                int numbersOfBand = value.size().orElse(width);
                for (int band = 0; band <= value.cutoffs().size(); band++) {
                    Numbers here = numbers.in(Integer.toString(band));
                    for (double[] word : here.matrix("weight", numbersOfBand)) {
                        all.add(here.in("widening").linear(word, Bias.NONE));
                    }
                    numbersOfBand /= value.divisor();
                }
                return all.toArray(double[][]::new);
            })
            .with(SharedTable.class, _ -> (_, _, source) -> source);

    public static Formula of(Table table) {
        return ALL.of(table);
    }
}
