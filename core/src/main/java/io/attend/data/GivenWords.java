package io.attend.data;

import io.attend.tokenizer.Tokenizer;
import io.attend.value.Source;
import java.nio.file.Path;
import java.util.List;

/// The tokens of a tokenizer that exists: any file or folder that `attend tokenizer` reads.
@Source(paper = "Neural Machine Translation of Rare Words with Subword Units", arxiv = "1508.07909")
public record GivenWords(String path) implements Words {
    public static final GivenWords EXAMPLE = new GivenWords("tokenizer.json");

    @Override
    public Tokenizer tokenizer(Iterable<String> texts, List<String> specials) {
        return Tokenizer.load(Path.of(path));
    }
}
