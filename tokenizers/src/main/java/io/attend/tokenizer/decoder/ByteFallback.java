package io.attend.tokenizer.decoder;

import io.attend.tokenizer.text.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/// Makes runs of byte tokens, `<0xC3>` `<0xA9>`, the text they are the UTF-8 of; each byte of a run that is
/// none becomes U+FFFD.
public record ByteFallback() implements Decoder {
    @Override
    public List<String> decode(List<String> tokens) {
        List<String> decoded = new ArrayList<>(tokens.size());
        byte[] bytes = new byte[16];
        int count = 0;
        for (String token : tokens) {
            OptionalInt value = byteOf(token);
            if (value.isPresent()) {
                bytes = count == bytes.length ? Arrays.copyOf(bytes, count * 2) : bytes;
                bytes[count++] = (byte) value.getAsInt();
            } else {
                flush(bytes, count, decoded);
                count = 0;
                decoded.add(token);
            }
        }
        flush(bytes, count, decoded);
        return decoded;
    }

    private static void flush(byte[] bytes, int count, List<String> decoded) {
        if (count > 0) {
            Bytes.utf8(bytes, count)
                    .ifPresentOrElse(decoded::add, () -> decoded.addAll(Collections.nCopies(count, "\ufffd")));
        }
    }

    /// The byte that a token such as `<0x0A>` stands for.
    static OptionalInt byteOf(String token) {
        if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
            return OptionalInt.empty();
        }
        int high = Character.digit(token.charAt(3), 16);
        int low = Character.digit(token.charAt(4), 16);
        return high < 0 || low < 0 ? OptionalInt.empty() : OptionalInt.of(high << 4 | low);
    }
}
