package io.attend.data;

import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;
import java.util.Optional;

/// One running text: the last part of it, or another file, is held out. UTF-8, packed with gzip if the name
/// ends in `.gz`.
///
/// @param path the text to learn from
/// @param heldOutPath another text to be judged by
/// @param heldOutShare the share of the text, at its end, to be judged by where there is no other
@Source(paper = "Generating Sequences With Recurrent Neural Networks", arxiv = "1308.0850")
public record TextFile(
        String path,
        Optional<String> heldOutPath,
        @Default("0.1") double heldOutShare) implements Dataset {
    public static final TextFile EXAMPLE = new TextFile("shakespeare.txt", Optional.empty(), 0.1);

    public TextFile {
        if (!(heldOutShare > 0 && heldOutShare < 1)) {
            throw new IllegalArgumentException("heldOutShare " + heldOutShare + " is outside (0, 1)");
        }
    }

    @Override
    public List<Document> training(long seed) {
        String text = Lines.text(path);
        return List.of(new Document(heldOutPath.isPresent() ? text : text.substring(0, cut(text))));
    }

    @Override
    public List<Document> heldOut(long seed) {
        if (heldOutPath.isPresent()) {
            return List.of(new Document(Lines.text(heldOutPath.get())));
        }
        String text = Lines.text(path);
        return List.of(new Document(text.substring(cut(text))));
    }

    private int cut(String text) {
        int at = (int) (text.length() * (1 - heldOutShare));
        return at > 0 && Character.isLowSurrogate(text.charAt(at)) ? at + 1 : at;
    }
}
