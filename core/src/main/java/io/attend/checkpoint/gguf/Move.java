package io.attend.checkpoint.gguf;

import io.attend.tensor.Shape;
import java.util.List;

/// How a tensor of a GGUF file becomes one or more tensors of Hugging Face's, and back: no number is lost,
/// but where [PlusOne] says so.
///
/// Blocks stay unexpanded where whole rows move.
sealed interface Move permits Same, Swapped, Grouped, Transposed, PlusOne, Stacked, Split {

    /// Hugging Face's tensors.
    List<Quantized> fromGguf(Quantized tensor);

    /// The file's tensor.
    Quantized toGguf(List<Quantized> tensors);

    /// The shapes of [#fromGguf].
    List<Shape> shapes(Shape gguf);

    /// The shape of [#toGguf].
    Shape shape(List<Shape> huggingFace);
}
