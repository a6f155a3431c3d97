package io.attend.tokenizer.decoder;

import io.attend.tokenizer.text.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Makes the characters that stand for bytes the text they are the UTF-8 of; a token with any other character
/// stands for itself. Bytes that are no UTF-8 become U+FFFD.
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements Decoder {
    static final ByteLevel DEFAULT = new ByteLevel(true, true, true);

    @Override
    public List<String> decode(List<String> tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(tokens.size() * 6);
        for (String token : tokens) {
            if (token.chars().allMatch(c -> Bytes.byteOf((char) c) >= 0)) {
                for (int i = 0; i < token.length(); i++) {
                    bytes.write(Bytes.byteOf(token.charAt(i)));
                }
            } else {
                bytes.writeBytes(token.getBytes(StandardCharsets.UTF_8));
            }
        }
        return List.of(bytes.toString(StandardCharsets.UTF_8));
    }
}
