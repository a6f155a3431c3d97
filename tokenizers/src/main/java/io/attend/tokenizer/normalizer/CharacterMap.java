package io.attend.tokenizer.normalizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// The character map inside SentencePiece models: a trie over UTF-8 (a double array, as Darts-clone lays it
/// out) whose values are places of replacement strings.
///
/// Format: the trie's length in bytes, the trie, the replacements, each ended by a zero. All little-endian.
/// Every place is checked, so a broken map gives an error or no match, never a wild read.
final class CharacterMap {
    /// What is found where nothing is.
    static final int NONE = -1;

    private final int[] units;
    private final byte[] replacements;

    /// @throws IllegalArgumentException if the map is not one
    CharacterMap(byte[] map) {
        if (map.length == 0) {
            units = new int[0];
            replacements = map;
            return;
        }
        ByteBuffer buffer = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        long size = map.length < 4 ? -1 : Integer.toUnsignedLong(buffer.getInt());
        if (size < 4 || size > buffer.remaining() || size % 4 != 0) {
            throw new IllegalArgumentException("precompiled_charsmap of " + map.length + " bytes says its trie has "
                    + size + "; expected a multiple of 4 that fits");
        }
        units = new int[(int) size / 4];
        buffer.asIntBuffer().get(units);
        replacements = Arrays.copyOfRange(map, 4 + (int) size, map.length);
    }

    static CharacterMap ofBase64(String base64) {
        try {
            return new CharacterMap(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("precompiled_charsmap: " + e.getMessage(), e);
        }
    }

    /// The match of `text[start, end)`: where its replacement is, over how many bytes it has; or [#NONE].
    long match(byte[] text, int start, int end, boolean longest) {
        if (units.length == 0) {
            return NONE;
        }
        long found = NONE;
        int node = offset(units[0]);
        for (int i = start; i < end; i++) {
            int label = text[i] & 0xff;
            node ^= label;
            if (label == 0 || node >= units.length || node < 0) {
                return found;
            }
            int unit = units[node];
            if ((unit & 0x800000FF) != label) {
                return found;
            }
            node ^= offset(unit);
            if ((unit >>> 8 & 1) == 1) {
                if (node >= units.length || node < 0) {
                    return found;
                }
                int value = units[node] & 0x7FFFFFFF;
                if (value >= replacements.length) {
                    return found;
                }
                found = (long) value << 32 | i + 1 - start;
                if (!longest) {
                    return found;
                }
            }
        }
        return found;
    }

    /// The replacement of a match.
    String replacement(long match) {
        int start = (int) (match >> 32);
        int end = start;
        while (end < replacements.length && replacements[end] != 0) {
            end++;
        }
        return new String(replacements, start, end - start, StandardCharsets.UTF_8);
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }
}
