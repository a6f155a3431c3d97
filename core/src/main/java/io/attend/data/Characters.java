package io.attend.data;

import io.attend.tokenizer.Tokenizer;
import io.attend.value.Source;
import java.util.List;

/// Every character of the texts is a token.
@Source(paper = "Generating Sequences With Recurrent Neural Networks", arxiv = "1308.0850")
public record Characters() implements Words {
    public static final Characters EXAMPLE = new Characters();

    @Override
    public Tokenizer tokenizer(Iterable<String> texts, List<String> specials) {
        return Tokenizer.characters(texts, specials);
    }
}
