package io.attend.tokenizer.postprocessor;

import java.util.List;

/// `<s> A </s>`, and `<s> A </s></s> B </s>`, all of type 0; offsets as [ByteLevel] has them.
public record RobertaProcessing(NamedToken sep, NamedToken cls, boolean trimOffsets, boolean addPrefixSpace)
        implements PostProcessor {

    static final RobertaProcessing DEFAULT =
            new RobertaProcessing(new NamedToken("</s>", 2), new NamedToken("<s>", 0), true, true);

    @Override
    public List<Part> parts(boolean pair) {
        Part cls = new Part.Special(List.of(this.cls.id()), 0);
        Part sep = new Part.Special(List.of(this.sep.id()), 0);
        Part first = new Part.Sequence(false, 0);
        return pair ? List.of(cls, first, sep, sep, new Part.Sequence(true, 0), sep) : List.of(cls, first, sep);
    }

    @Override
    public Trim trim() {
        return Trim.of(trimOffsets, addPrefixSpace);
    }
}
