package io.attend.checkpoint.gguf;

import java.util.List;

/// A tensor of a GGUF file and those of Hugging Face's that it becomes.
///
/// @param written whether a file is written so; other rules read what older writers wrote
record Rule(String gguf, List<String> huggingFace, Move move, boolean written) {
    Rule {
        huggingFace = List.copyOf(huggingFace);
    }
}
