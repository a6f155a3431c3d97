package io.attend.training.report;

import java.util.List;

/// Where one layer looked: `weightsPerHead[head][row][column]` is how much of what row symbol `row` read came
/// from column symbol `column`. For cross-attention the rows are the output, the columns the input.
public record AttentionMap(String name, List<String> rows, List<String> columns, float[][][] weightsPerHead) {
    /// @throws IllegalArgumentException if there is no head, a size differs or a weight is not finite
    public AttentionMap {
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        float[][][] copy = new float[weightsPerHead.length][rows.size()][];
        if (copy.length == 0) {
            throw new IllegalArgumentException("attention map '" + name + "' has no heads");
        }
        for (int head = 0; head < copy.length; head++) {
            if (weightsPerHead[head].length != rows.size()) {
                throw new IllegalArgumentException("attention map '" + name + "' head " + head + " has "
                        + weightsPerHead[head].length + " rows of weights for " + rows.size() + " row symbols");
            }
            for (int row = 0; row < rows.size(); row++) {
                copy[head][row] = weightsPerHead[head][row].clone();
                if (copy[head][row].length != columns.size()) {
                    throw new IllegalArgumentException("attention map '" + name + "' head " + head + " row " + row
                            + " has " + copy[head][row].length + " weights for " + columns.size() + " column symbols");
                }
                for (int column = 0; column < columns.size(); column++) {
                    if (!Float.isFinite(copy[head][row][column])) {
                        throw new IllegalArgumentException("attention map '" + name + "' head " + head + " row " + row
                                + " column " + column + " is " + copy[head][row][column] + "; weights must be finite");
                    }
                }
            }
        }
        weightsPerHead = copy;
    }

    @Override
    public float[][][] weightsPerHead() {
        float[][][] copy = new float[weightsPerHead.length][rows.size()][];
        for (int head = 0; head < copy.length; head++) {
            for (int row = 0; row < rows.size(); row++) {
                copy[head][row] = weightsPerHead[head][row].clone();
            }
        }
        return copy;
    }
}
