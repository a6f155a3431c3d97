package io.attend.training.report;

import java.util.List;

/// Rows of text under a heading; the first column names the row.
///
/// @param columns their names
public record Table(String name, List<String> columns, List<List<String>> rows) {
    /// @throws IllegalArgumentException if a row has more or fewer cells than there are columns
    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("table '" + name + "' has " + columns.size()
                        + " columns and a row of " + row.size() + " cells");
            }
        }
    }
}
