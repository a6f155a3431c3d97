package io.attend.tokenizer.decoder;

import java.util.List;

/// Puts all tokens side by side, as one.
public record Fuse() implements Decoder {
    @Override
    public List<String> decode(List<String> tokens) {
        return List.of(String.join("", tokens));
    }
}
