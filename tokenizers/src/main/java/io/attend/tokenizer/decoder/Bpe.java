package io.attend.tokenizer.decoder;

import io.attend.tokenizer.json.Spelled;
import java.util.List;
import java.util.stream.IntStream;

/// Makes the suffix that ends words a space, and nothing at the end of the text.
@Spelled("BPEDecoder")
public record Bpe(String suffix) implements Decoder {
    static final Bpe DEFAULT = new Bpe("</w>");

    @Override
    public List<String> decode(List<String> tokens) {
        return IntStream.range(0, tokens.size())
                .mapToObj(i -> tokens.get(i).replace(suffix, i + 1 == tokens.size() ? "" : " "))
                .toList();
    }
}
