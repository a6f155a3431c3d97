package io.attend.tokenizer.model;

import java.util.OptionalInt;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/// What turns a piece of text into ids.
public sealed interface Model permits Bpe, Unigram, WordLevel, WordPiece {
    /// The model's own tokens; added tokens may have ids beyond them.
    Vocabulary vocabulary();

    /// The id for what the vocabulary does not have, if the model has one.
    OptionalInt unknown();

    /// The tables that segmenting needs; every call of the supplier gives a segmenter for one thread.
    Supplier<Segmenter> build();

    /// Old files do not say what their model is: its keys do.
    @SuppressWarnings("unused") // called by name when a model is read
    private static void upgrade(ObjectNode node) {
        if (!node.has("type")) {
            node.put(
                    "type",
                    node.has("merges")
                            ? "BPE"
                            : node.has("unk_id")
                                    ? "Unigram"
                                    : node.has("continuing_subword_prefix") ? "WordPiece" : "WordLevel");
        }
    }
}
