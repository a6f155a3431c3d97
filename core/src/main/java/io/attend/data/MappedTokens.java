package io.attend.data;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.MappedFile;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.ValueException;
import io.attend.value.Values;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Documents of a file of tokens, or some of them, as they lie on the disk: the system reads the pages that are
/// asked for and takes them back when memory is short. See [TokenFileHeader] for the format.
public final class MappedTokens implements TokenSequence, Example {
    private static final ValueLayout.OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final MemorySegment bytes;
    private final TokenFileHeader header;
    private final int firstDocument;
    private final int documents;
    private final long first;
    private final long size;

    private MappedTokens(Path file, MemorySegment bytes, TokenFileHeader header, int firstDocument, int documents) {
        this.file = file;
        this.bytes = bytes;
        this.header = header;
        this.firstDocument = firstDocument;
        this.documents = documents;
        this.first = firstDocument == 0 ? 0 : index(firstDocument - 1, 0);
        this.size = index(firstDocument + documents - 1, 0) - first;
        if (first < 0 || size < 0 || first + size > header.tokens()) {
            throw CheckpointException.damaged(file, "its documents do not lie within its tokens");
        }
    }

    /// Maps a file of tokens.
    ///
    /// @throws CheckpointException if it is missing, none, or damaged
    public static MappedTokens open(Path file) {
        MemorySegment bytes = MappedFile.map(file, Arena.ofAuto());
        byte[] head = bytes.asSlice(0, Math.min(TokenFileHeader.BYTES, bytes.byteSize()))
                .toArray(ValueLayout.JAVA_BYTE);
        String text = new String(head, StandardCharsets.UTF_8);
        if (!text.startsWith(TokenFileHeader.FORMAT)) {
            throw new CheckpointException(file, "is no file of tokens of version 1; make one with `attend tokenize`");
        }
        TokenFileHeader header;
        try {
            header = Values.parse(
                    TokenFileHeader.class,
                    text.substring(TokenFileHeader.FORMAT.length()).strip());
        } catch (ValueException e) {
            throw CheckpointException.damaged(file, "its header does not say what it is: " + e.getMessage());
        }
        if (header.tokens() > bytes.byteSize() || bytes.byteSize() != header.bytes()) {
            throw CheckpointException.damaged(
                    file,
                    "has " + bytes.byteSize() + " bytes, but " + header.tokens() + " tokens of " + header.documents()
                            + " documents take " + header.bytes());
        }
        return new MappedTokens(file, bytes, header, 0, header.documents());
    }

    /// Documents one after another, the first of them by its number here.
    public MappedTokens documents(int from, int count) {
        return new MappedTokens(file, bytes, header, firstDocument + from, count);
    }

    /// What the file says of itself.
    public TokenFileHeader header() {
        return header;
    }

    /// Characters these documents had as text.
    public long characters() {
        return index(firstDocument + documents - 1, 1) - (firstDocument == 0 ? 0 : index(firstDocument - 1, 1));
    }

    /// Refuses tokens of another tokenizer, whose numbers mean something else.
    ///
    /// @throws IllegalArgumentException naming both
    public void check(Tokenizer tokenizer) {
        String sha256 = TokenFileHeader.sha256(tokenizer);
        if (!sha256.equals(header.sha256())) {
            throw new IllegalArgumentException(file + " was made with the tokenizer " + header.tokenizer() + " of "
                    + header.vocabulary() + " tokens (sha256 " + header.sha256().substring(0, 12)
                    + "), but the run has one of " + tokenizer.size() + " tokens (" + sha256.substring(0, 12)
                    + "); give that one as words {type: GivenWords, path: ...}, or tokenize the texts again");
        }
    }

    @Override
    public List<String> texts() {
        throw new IllegalArgumentException(file + " holds tokens and no texts a vocabulary could be learned from; give"
                + " the tokenizer it was made with, " + header.tokenizer()
                + ", as words {type: GivenWords, path: ...}");
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int[] copy(long from, int length) {
        java.util.Objects.checkFromIndexSize(from, length, size);
        int[] ids = new int[length];
        int width = header.width().bytes;
        long at = TokenFileHeader.BYTES + (first + from) * width;
        for (int i = 0; i < length; i++, at += width) {
            int id = width == 2 ? bytes.get(U16, at) & 0xffff : bytes.get(U32, at);
            if (id < 0 || id >= header.vocabulary()) {
                throw CheckpointException.damaged(
                        file, "has at byte " + at + " the token " + id + " of " + header.vocabulary());
            }
            ids[i] = id;
        }
        return ids;
    }

    @Override
    public int documents() {
        return documents;
    }

    @Override
    public long end(int document) {
        long end = index(firstDocument + java.util.Objects.checkIndex(document, documents), 0) - first;
        if (end < 0 || end > size) {
            throw CheckpointException.damaged(file, "its document " + document + " does not lie within its tokens");
        }
        return end;
    }

    /// One of a document's two numbers.
    private long index(int document, int number) {
        return bytes.get(U64, header.index() + 16L * document + 8L * number);
    }

    @Override
    public String toString() {
        return file + ": " + size + " tokens of " + documents + " documents";
    }
}
