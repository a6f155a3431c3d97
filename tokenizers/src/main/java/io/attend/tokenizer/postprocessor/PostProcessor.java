package io.attend.tokenizer.postprocessor;

import java.util.List;

/// What adds special tokens around encoded texts and tidies their offsets.
public sealed interface PostProcessor permits BertProcessing {
    /// The parts of an encoding, in order: for one text, or for a pair.
    List<Part> parts(boolean pair);

    /// How the offsets of a token that begins or ends with spaces are tightened.
    default Trim trim() {
        return Trim.NONE;
    }

    /// Whether the parts are more than the texts themselves.
    default boolean adds() {
        return true;
    }

    /// The texts and nothing else.
    static List<Part> plain(boolean pair) {
        return pair
                ? List.of(new Part.Sequence(false, 0), new Part.Sequence(true, 1))
                : List.of(new Part.Sequence(false, 0));
    }
}
