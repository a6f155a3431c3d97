package io.attend.generation;

import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.decoder.ByteFallback;
import io.attend.tokenizer.decoder.ByteLevel;
import io.attend.tokenizer.decoder.Decoder;
import io.attend.tokenizer.decoder.Sequence;
import io.attend.tokenizer.text.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// What each token adds to a text, in bytes of UTF-8, since a token may be a part of a character. Special
/// tokens add nothing, and what cannot be told is left out.
final class TokenBytes {
    private static final byte[] NOTHING = {};

    private final Tokenizer tokenizer;
    private final boolean byteLevel;
    private final boolean fallback;

    TokenBytes(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.byteLevel = has(ByteLevel.class::isInstance);
        this.fallback =
                has(ByteFallback.class::isInstance) || has(io.attend.tokenizer.decoder.SentencePiece.class::isInstance);
    }

    private boolean has(Predicate<Decoder> kind) {
        return tokenizer.pipeline().decoder().stream().anyMatch(decoder -> has(decoder, kind));
    }

    private static boolean has(Decoder decoder, Predicate<Decoder> kind) {
        return kind.test(decoder)
                || decoder instanceof Sequence(List<Decoder> parts)
                        && parts.stream().anyMatch(part -> has(part, kind));
    }

    /// Of every token what it adds behind these, which may be none.
    byte[][] behind(int[] before) {
        String known = tokenizer.decode(before);
        byte[][] all = new byte[tokenizer.size()][];
        Arrays.setAll(all, id -> tokenizer.has(id) && !tokenizer.isSpecial(id) ? of(id, before, known) : NOTHING);
        return all;
    }

    private byte[] of(int id, int[] before, String known) {
        String token = tokenizer.token(id);
        if (byteLevel) {
            int[] values = token.chars().map(c -> Bytes.byteOf((char) c)).toArray();
            return IntStream.of(values).anyMatch(value -> value < 0)
                    ? token.getBytes(StandardCharsets.UTF_8) // an added token stands for itself
                    : bytes(values);
        }
        if (fallback && token.toUpperCase(Locale.ROOT).matches("<0X[0-9A-F]{2}>")) {
            return bytes(Integer.parseInt(token.substring(3, 5), 16));
        }
        int[] both = Arrays.copyOf(before, before.length + 1);
        both[before.length] = id;
        String text = tokenizer.decode(both);
        boolean whole = text.startsWith(known) && text.indexOf('\uFFFD') < 0;
        return whole ? text.substring(known.length()).getBytes(StandardCharsets.UTF_8) : NOTHING;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
