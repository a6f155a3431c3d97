package io.attend.tokenizer.decoder;

import java.util.List;

/// One decoder after another.
public record Sequence(List<Decoder> decoders) implements Decoder {
    public Sequence {
        decoders = List.copyOf(decoders);
    }

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> decoded = tokens;
        for (Decoder decoder : decoders) {
            decoded = decoder.decode(decoded);
        }
        return decoded;
    }
}
