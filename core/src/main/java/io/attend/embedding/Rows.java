package io.attend.embedding;

import io.attend.layer.Parameter;
import io.attend.tensor.Tensor;
import io.attend.tensor.TensorException;

/// Rows of a table by their numbers.
final class Rows {
    private Rows() {}

    /// @throws IllegalArgumentException naming the number that has no row
    static Tensor of(Parameter table, Tensor ids, String what) {
        try {
            return table.tensor().embedding(ids);
        } catch (TensorException e) {
            long rows = table.shape().size(0);
            for (long id : ids.toLongs()) {
                if (id < 0 || id >= rows) {
                    String place = table.name().substring(0, table.name().lastIndexOf('.'));
                    throw new IllegalArgumentException(
                            place + ": there is no " + what + " " + id + ", only 0 to " + (rows - 1)
                                    + "; use the tokenizer the model was trained with",
                            e);
                }
            }
            throw e;
        }
    }
}
