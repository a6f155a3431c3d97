package io.attend.task;

import io.attend.generation.TextModel;
import io.attend.tokenizer.Encoding;
import java.util.List;

/// What is done with a text that is longer than the model reads.
public enum Excess {
    /// It is an error.
    REFUSED,
    /// Only its beginning is read.
    CUT;

    /// Texts as tokens, no longer than the model reads.
    List<Encoding> encode(TextModel model, List<List<String>> inputs) {
        return inputs.stream().map(input -> one(model, input)).toList();
    }

    private Encoding one(TextModel model, List<String> input) {
        Encoding encoding = model.encode(input);
        if (encoding.size() == 0) {
            throw new IllegalArgumentException("the text is empty; give at least a word");
        }
        int most = model.longest().orElse(Integer.MAX_VALUE);
        if (encoding.size() <= most) {
            return encoding;
        }
        if (this == CUT) {
            return model.cut(input, most);
        }
        throw new IllegalArgumentException("the text has " + encoding.size() + " tokens, but the model reads " + most
                + "; shorten it, or set excess=cut to have only its beginning read");
    }
}
