package io.attend.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a file's bytes must come to: SHA-256 of a large file, Git's blob SHA-1 of a small one.
record Checksum(Kind kind, String hex) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    enum Kind {
        SHA256,
        GIT_SHA1
    }

    /// From an entity tag or a listing: 64 digits are SHA-256, 40 are Git's.
    static Optional<Checksum> of(String written) {
        String hex = written.replaceFirst("^W/", "").replace("\"", "").strip().toLowerCase(Locale.ROOT);
        return HEX.matcher(hex).matches()
                ? Optional.of(new Checksum(hex.length() == 64 ? Kind.SHA256 : Kind.GIT_SHA1, hex))
                : Optional.empty();
    }

    /// A digest that has taken in what precedes the bytes of a file of `size`.
    MessageDigest begin(long size) {
        try {
            return switch (kind) {
                case SHA256 -> MessageDigest.getInstance("SHA-256");
                case GIT_SHA1 -> {
                    MessageDigest digest = MessageDigest.getInstance("SHA-1");
                    digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
                    yield digest;
                }
            };
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-1 and SHA-256", e);
        }
    }

    boolean matches(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()).equals(hex);
    }
}
