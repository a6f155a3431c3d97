package io.attend.data;

import io.attend.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What a file of tokens says of itself, as JSON in its first 4,096 bytes behind a line that names the format.
///
/// Behind the header lie the tokens, little endian, `width` each, filled up to a multiple of 8 bytes; then for
/// each document two numbers of 8 bytes: where its tokens end, and how many characters it and all documents
/// before it had.
///
/// @param vocabulary tokens the tokenizer has
/// @param width bytes of a token
/// @param tokens in all
/// @param documents in all
/// @param ended whether each document ends with the end token
/// @param tokenizer the name it was given by
/// @param sha256 of the tokenizer as Attend writes it
public record TokenFileHeader(
        int vocabulary, Width width, long tokens, int documents, boolean ended, String tokenizer, String sha256) {
    static final String FORMAT = "attend tokens 1\n";
    static final int BYTES = 4096;

    /// How a token is written.
    enum Width {
        U16(2),
        U32(4);

        final int bytes;

        Width(int bytes) {
            this.bytes = bytes;
        }

        static Width of(int vocabulary) {
            return vocabulary <= 1 << 16 ? U16 : U32;
        }
    }

    public TokenFileHeader {
        if (vocabulary < 1 || tokens < 1 || documents < 1 || width != Width.of(vocabulary)) {
            throw new IllegalArgumentException("it speaks of " + tokens + " tokens of " + documents
                    + " documents and of " + vocabulary + " tokens in a vocabulary as " + width);
        }
    }

    /// Where the documents' numbers begin.
    long index() {
        return BYTES + Math.ceilDiv(tokens * width.bytes, 8L) * 8;
    }

    /// The bytes of the whole file.
    long bytes() {
        return index() + 16L * documents;
    }

    /// What tells tokenizers apart: the same whenever text becomes the same tokens by the same rules.
    static String sha256(Tokenizer tokenizer) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(tokenizer.toJson().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
