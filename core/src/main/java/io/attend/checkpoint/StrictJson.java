package io.attend.checkpoint;

import static io.attend.checkpoint.CheckpointException.brief;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/// One JSON object out of a hostile file, read token by token: strict UTF-8, no key twice, nothing after its
/// end, bounded depth and count. What is not as expected is a [CheckpointException] naming the place and what
/// stands there instead.
final class StrictJson {
    /// Keys stay out of the table that parsers share, which a hostile file could fill.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNameLength(Header.MAXIMUM_LENGTH)
                    .maxStringLength(Header.MAXIMUM_LENGTH)
                    .maxTokenCount(20_000_000) // more than a million tensors
                    .build())
            .build();

    private final Path file;
    private final JsonParser parser;

    private StrictJson(Path file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /// What to do with each key of an object: it must read the value.
    interface Member {
        void read(StrictJson json, String key);
    }

    /// Reads all of `bytes`, which messages call `what`, as one object.
    static void read(Path file, String what, byte[] bytes, Member member) {
        checkUtf8(file, what, bytes);
        var characters = new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8);
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), characters)) {
            StrictJson json = new StrictJson(file, parser);
            json.object(what, member);
            if (parser.nextToken() != null) {
                throw json.damaged(what + " goes on after its closing brace");
            }
        } catch (JacksonException e) {
            TokenStreamLocation location = e.getLocation(); // a limit that is passed comes without one
            String at = location == null ? "" : " at character " + location.getCharOffset();
            throw CheckpointException.damaged(file, what + " is not JSON" + at + ": " + brief(e.getOriginalMessage()));
        }
    }

    private static void checkUtf8(Path file, String what, byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        CharBuffer scratch = CharBuffer.allocate(1 << 13);
        CoderResult result;
        do {
            result = decoder.decode(rest, scratch.clear(), true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw CheckpointException.damaged(file, what + " is not UTF-8 at its byte " + rest.position());
        }
    }

    void object(String what, Member member) {
        expect(what, JsonToken.START_OBJECT, "an object");
        Set<String> keys = new HashSet<>();
        for (String key = parser.nextName(); key != null; key = parser.nextName()) {
            if (!keys.add(key)) {
                throw damaged(what + " has the key " + brief(key) + " twice");
            }
            member.read(this, key);
        }
    }

    String string(String what) {
        expect(what, JsonToken.VALUE_STRING, "a string");
        return parser.getString();
    }

    /// A list of at most `limit` whole numbers, none negative.
    long[] counts(String what, int limit) {
        expect(what, JsonToken.START_ARRAY, "a list");
        LongStream.Builder counts = LongStream.builder();
        for (int length = 0; parser.nextToken() != JsonToken.END_ARRAY; length++) {
            if (length == limit) {
                throw damaged(what + " has more than " + limit + " numbers");
            }
            counts.add(count(what));
        }
        return counts.build().toArray();
    }

    /// Passes over a value that says nothing we need.
    void skip() {
        parser.nextToken();
        parser.skipChildren();
    }

    private CheckpointException damaged(String message) {
        return CheckpointException.damaged(file, message);
    }

    private long count(String what) {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            try {
                long count = Long.parseLong(parser.getString());
                if (count >= 0) {
                    return count;
                }
            } catch (NumberFormatException e) {
                // past 2^63 - 1: refused below like any other number that counts nothing
            }
        }
        throw damaged(what + " holds " + found() + " where a whole number from 0 to 2^63 - 1 belongs");
    }

    private void expect(String what, JsonToken token, String kind) {
        if (parser.nextToken() != token) {
            throw damaged(what + " is " + found() + " where " + kind + " belongs");
        }
    }

    private String found() {
        return switch (parser.currentToken()) {
            case null -> "nothing";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> '"' + brief(parser.getString()) + '"';
            default -> brief(parser.getString());
        };
    }
}
