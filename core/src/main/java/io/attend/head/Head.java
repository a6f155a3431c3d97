package io.attend.head;

import io.attend.embedding.Table;
import io.attend.layer.Layer;
import io.attend.layer.Parameters;
import java.util.Optional;

/// What a model makes of its last vectors.
public sealed interface Head permits LinearHead, MaskedLanguageHead, NoHead, TiedHead {
    /// @param table the table of the words the model writes, if it has one
    Layer build(Parameters parameters, int width, Optional<Table.Built> table);
}
