package io.attend.embedding;

import io.attend.layer.Numbers;
import io.attend.value.Formulas;

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
            .with(SharedTable.class, _ -> (_, _, source) -> source);

    public static Formula of(Table table) {
        return ALL.of(table);
    }
}
