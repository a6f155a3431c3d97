package io.attend.tokenizer.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// The 256 printable characters that stand for bytes in byte-level vocabularies (GPT-2): the printable ones of
/// Latin-1 stand for themselves, the others are U+0100 and on, in order. A space is `Ġ`, a line feed `Ċ`.
public final class Bytes {
    private static final char[] CHARS = new char[256];
    private static final short[] VALUES = new short[0x144];

    static {
        Arrays.fill(VALUES, (short) -1);
        int next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            CHARS[b] = (char) (printable ? b : next++);
            VALUES[CHARS[b]] = (short) b;
        }
    }

    private Bytes() {}

    /// The character that stands for a byte.
    public static char charOf(int value) {
        return CHARS[value & 0xff];
    }

    /// The byte that a character stands for, or -1.
    public static int byteOf(char c) {
        return c < VALUES.length ? VALUES[c] : -1;
    }

    /// Bytes as the characters that stand for them.
    public static String chars(byte[] bytes) {
        char[] chars = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            chars[i] = charOf(bytes[i]);
        }
        return new String(chars);
    }

    /// UTF-8 as text, if that is what the bytes are.
    public static Optional<String> utf8(byte[] bytes, int length) {
        // The JDK's own decoding is several times faster, and replaces what is wrong.
        String replaced = new String(bytes, 0, length, StandardCharsets.UTF_8);
        if (replaced.indexOf('\uFFFD') < 0) {
            return Optional.of(replaced);
        }
        try {
            CharBuffer chars = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, length));
            return Optional.of(chars.toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /// How many of the first bytes are UTF-8.
    public static int valid(byte[] bytes) {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        CharBuffer chars = CharBuffer.allocate(1024);
        var decoder = StandardCharsets.UTF_8.newDecoder();
        while (decoder.decode(rest, chars.clear(), true).isOverflow()) {
            // The next stretch.
        }
        return rest.position();
    }

    /// Replaces every character of a text by those that stand for its UTF-8 bytes; pieces stay what they are.
    public static void map(Text text) {
        char[] chars = text.chars();
        int length = text.length();
        int i = 0;
        while (i < length && chars[i] < 0x80) {
            i++;
        }
        if (i == length) {
            for (i = 0; i < length; i++) {
                chars[i] = CHARS[chars[i]];
            }
            return;
        }
        Text.Edit edit = text.edit();
        int pieces = text.pieces();
        for (int piece = 0; piece < pieces; piece++) {
            int end = text.pieceEnd(piece);
            edit.enter(text.pieceStart(piece));
            int from = edit.count();
            for (i = edit.at(); i < end; i = edit.at()) {
                char c = chars[i];
                if (c < 0x80) {
                    edit.put(CHARS[c], 1);
                } else if (c < 0x800) {
                    edit.put(CHARS[0xC0 | c >> 6], 1);
                    edit.insert(CHARS[0x80 | c & 0x3F]);
                } else if (Character.isHighSurrogate(c)) {
                    int codePoint = Character.toCodePoint(c, chars[i + 1]);
                    edit.put(CHARS[0xF0 | codePoint >> 18], 2);
                    edit.insert(CHARS[0x80 | codePoint >> 12 & 0x3F]);
                    edit.insert(CHARS[0x80 | codePoint >> 6 & 0x3F]);
                    edit.insert(CHARS[0x80 | codePoint & 0x3F]);
                } else {
                    edit.put(CHARS[0xE0 | c >> 12], 1);
                    edit.insert(CHARS[0x80 | c >> 6 & 0x3F]);
                    edit.insert(CHARS[0x80 | c & 0x3F]);
                }
            }
            text.piece(from, edit.count());
        }
        edit.finish();
        text.cut();
    }
}
