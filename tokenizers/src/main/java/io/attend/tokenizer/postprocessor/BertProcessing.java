package io.attend.tokenizer.postprocessor;

import java.util.List;

/// `[CLS] A [SEP]`, and `[CLS] A [SEP] B [SEP]` with 1 as the type of the second text and its separator.
public record BertProcessing(NamedToken sep, NamedToken cls) implements PostProcessor {
    @Override
    public List<Part> parts(boolean pair) {
        Part cls = new Part.Special(List.of(this.cls.id()), 0);
        Part sep = new Part.Special(List.of(this.sep.id()), 0);
        return pair
                ? List.of(
                        cls,
                        new Part.Sequence(false, 0),
                        sep,
                        new Part.Sequence(true, 1),
                        new Part.Special(List.of(this.sep.id()), 1))
                : List.of(cls, new Part.Sequence(false, 0), sep);
    }
}
