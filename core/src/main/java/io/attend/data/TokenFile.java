package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Tokens that `attend tokenize` made of texts, mapped into memory: learning from them takes as much memory for
/// a terabyte as for a page. The recipe's `words` must be the very tokenizer they were made with.
///
/// @param path the tokens to learn from
/// @param heldOutPath tokens to be judged by, if they have a file of their own
/// @param heldOutShare the share of the tokens, whole documents at the end, to be judged by otherwise
@Source(
        paper = "Megatron-LM: Training Multi-Billion Parameter Language Models Using Model Parallelism",
        arxiv = "1909.08053")
public record TokenFile(
        String path,
        Optional<String> heldOutPath,
        @Default("0.01") double heldOutShare) implements Dataset {
    public static final TokenFile EXAMPLE = new TokenFile("wiki.tokens", Optional.empty(), 0.01);

    public TokenFile {
        if (!(heldOutShare > 0 && heldOutShare < 1)) {
            throw new IllegalArgumentException("heldOutShare " + heldOutShare + " is outside (0, 1)");
        }
    }

    @Override
    public List<MappedTokens> training(long seed) {
        MappedTokens all = MappedTokens.open(Path.of(path));
        return List.of(heldOutPath.isPresent() ? all : all.documents(0, cut(all)));
    }

    @Override
    public List<MappedTokens> heldOut(long seed) {
        if (heldOutPath.isPresent()) {
            return List.of(MappedTokens.open(Path.of(heldOutPath.get())));
        }
        MappedTokens all = MappedTokens.open(Path.of(path));
        int cut = cut(all);
        return List.of(all.documents(cut, all.documents() - cut));
    }

    /// The first document to be judged by; at least one is on either side.
    private int cut(MappedTokens all) {
        if (all.documents() < 2) {
            throw new IllegalArgumentException(
                    path + " is one document, of which none can be held out; give data.heldOutPath");
        }
        int cut = all.documentAt((long) (all.size() * (1 - heldOutShare)));
        return Math.clamp(cut, 1, all.documents() - 1);
    }
}
