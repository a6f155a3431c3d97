package io.attend.tokenizer.postprocessor;

import java.util.List;

/// What adds special tokens around encoded texts and tidies their offsets.
public sealed interface PostProcessor
        permits BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing {
    /// The parts of an encoding, in order: for one text, or for a pair.
    List<Part> parts(boolean pair);

    /// How the offsets of tokens that begin or end with spaces are tightened.
    default Trim trim() {
        return Trim.NONE;
    }

    /// The texts and nothing else.
    static List<Part> plain(boolean pair) {
        return pair
                ? List.of(new Part.Sequence(false, 0), new Part.Sequence(true, 1))
                : List.of(new Part.Sequence(false, 0));
    }
}
