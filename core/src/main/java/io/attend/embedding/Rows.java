package io.attend.embedding;

import io.attend.layer.Parameter;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Rows of a table by their numbers.
final class Rows {
    private Rows() {}

    /// @throws IllegalArgumentException naming the number that has no row
    static Tensor of(Parameter table, Tensor ids, String what) {
        return of(table, ids, what, OptionalInt.empty());
    }

    /// @param padding the row that no gradient reaches
    static Tensor of(Parameter table, Tensor ids, String what, OptionalInt padding) {
        try {
            return padding.isPresent() && table.packed().isEmpty()
                    ? table.tensor().embedding(ids, padding.getAsInt())
                    : table.rows(ids);
        } catch (TensorException e) {
            long rows = table.shape().size(0);
            for (long id : ids.toLongs()) {
                if (id < 0 || id >= rows) {
                    throw noRow(table.name().substring(0, table.name().lastIndexOf('.')), what, id, rows, e);
                }
            }
            throw e;
        }
    }

    /// Refuses ids outside 0..rows-1, for a table that has its rows in several places.
    static void require(Tensor ids, String place, long rows) {
        if (ids.ge(0).logicalAnd(ids.lt(rows)).all()) {
            return;
        }
        for (long id : ids.toLongs()) {
            if (id < 0 || id >= rows) {
                throw noRow(place, "token", id, rows, null);
            }
        }
    }

    /// Refuses a number that has no row.
    static void require(Parameter table, long id, String what) {
        long rows = table.shape().size(0);
        if (id < 0 || id >= rows) {
            throw noRow(table.name().substring(0, table.name().lastIndexOf('.')), what, id, rows, null);
        }
    }

    private static IllegalArgumentException noRow(
            String place, String what, long id, long rows, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                place + ": there is no " + what + " " + id + ", only 0 to " + (rows - 1)
                        + "; use the tokenizer the model was trained with",
                cause);
    }
}
