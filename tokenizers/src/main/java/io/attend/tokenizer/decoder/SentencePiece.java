package io.attend.tokenizer.decoder;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// Puts pieces together as SentencePiece does: `▁` is a space, byte pieces are the text they are the UTF-8 of
/// with U+FFFD for each byte that is none, the unknown piece is ` ⁇ `. The space put before the text goes
/// (`addDummyPrefix`); all spaces before it go when runs of them were made one (`removeExtraWhitespaces`).
///
/// Not a decoder of Hugging Face's library; a tokenizer read from a `.model` needs it.
public record SentencePiece(String unkPiece, String unkSurface, boolean addDummyPrefix, boolean removeExtraWhitespaces)
        implements Decoder {

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> decoded = new ArrayList<>(tokens.size());
        byte[] bytes = new byte[16];
        int count = 0;
        boolean begins = true;
        for (String token : tokens) {
            OptionalInt value = ByteFallback.byteOf(token);
            if (value.isPresent()) {
                bytes = count == bytes.length ? Arrays.copyOf(bytes, count * 2) : bytes;
                bytes[count++] = (byte) value.getAsInt();
                continue;
            }
            flush(bytes, count, decoded);
            begins &= count == 0;
            count = 0;
            String text = token.equals(unkPiece) ? unkSurface : token;
            if (begins && (addDummyPrefix || removeExtraWhitespaces) && text.startsWith("▁")) {
                text = text.substring(1);
                begins = removeExtraWhitespaces && text.isEmpty();
            } else {
                begins = false;
            }
            decoded.add(text.replace('▁', ' '));
        }
        flush(bytes, count, decoded);
        return decoded;
    }

    /// Whole characters as they are, and U+FFFD for each byte that is in none.
    private static void flush(byte[] bytes, int count, List<String> decoded) {
        for (int i = 0; i < count; ) {
            int size = size(bytes, i, count);
            decoded.add(size == 0 ? "\ufffd" : new String(bytes, i, size, StandardCharsets.UTF_8));
            i += Math.max(size, 1);
        }
    }

    /// How many bytes the character at `i` has, or 0 if there is none.
    private static int size(byte[] bytes, int i, int end) {
        int lead = bytes[i] & 0xff;
        int size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        if (i + size > end) {
            return 0;
        }
        int codePoint = size <= 1 ? lead : lead & 0x7F >> size;
        for (int k = 1; k < size; k++) {
            if ((bytes[i + k] & 0xC0) != 0x80) {
                return 0;
            }
            codePoint = codePoint << 6 | bytes[i + k] & 0x3F;
        }
        boolean overlong = size == 3 && codePoint < 0x800 || size == 4 && codePoint < 0x10000;
        boolean surrogate = codePoint >= 0xD800 && codePoint <= 0xDFFF;
        return overlong || surrogate || codePoint > 0x10FFFF ? 0 : size;
    }
}
