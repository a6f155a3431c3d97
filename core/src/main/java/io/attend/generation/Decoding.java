package io.attend.generation;

import io.attend.embedding.Input;
import io.attend.model.Transformer;
import io.attend.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// How a text is chosen from what a model holds likely.
public sealed interface Decoding permits Greedy {
    /// Goes on from the start until each text has ended or is as long as allowed.
    ///
    /// @return the new tokens of each text, without the prompt and the end token
    List<int[]> write(Transformer model, Start start);

    /// Where writing begins.
    ///
    /// @param source what an encoder-decoder writes about
    /// @param prompt [B, T] tokens that stand already, at least one
    /// @param end the token that ends a text
    record Start(Optional<Input> source, Tensor prompt, int end) {}
}
