package io.attend.embedding;

import io.attend.layer.Parameters;
import io.attend.value.Source;
import java.util.Optional;

/// The very table of the encoder's side, for a decoder that reads and writes the same vocabulary.
///
///     W_target = W_source
///
/// No parameters of its own. Together with a tied head one matrix serves three times, as in the 2017
/// Transformer.
@Source(paper = "Using the Output Embedding to Improve Language Models", arxiv = "1608.05859")
public record SharedTable() implements Table {
    public static final SharedTable EXAMPLE = new SharedTable();

    @Override
    public Built build(Parameters parameters, int width, Optional<Built> source) {
        return source.orElseThrow(() -> parameters.refuse(
                "a SharedTable needs the table of an encoder to share, and there is" + " none here; use a DenseTable"));
    }
}
