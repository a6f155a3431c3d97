package io.attend.data;

import io.attend.checkpoint.Atomic;
import io.attend.tokenizer.Specials;
import io.attend.tokenizer.Tokenizer;
import io.attend.value.Values;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/// Texts into a file of tokens: see [TokenFileHeader]. Texts are read by the calling thread and cut into tokens
/// by several others; they are written in the order they came in, and at most [#AHEAD] parts of about
/// [#CHARACTERS] characters a thread are in memory. The file appears whole or not at all.
public final class TokenFileWriter {
    private static final int CHARACTERS = 1 << 18;
    private static final int AHEAD = 3;

    private final Tokenizer tokenizer;
    private final OptionalInt end;
    private final TokenFileHeader.Width width;
    private long tokens;
    private long characters;
    private int documents;

    private TokenFileWriter(Tokenizer tokenizer, OptionalInt end) {
        this.tokenizer = tokenizer;
        this.end = end;
        this.width = TokenFileHeader.Width.of(tokenizer.size());
    }

    /// How the work is done.
    ///
    /// @param name the tokenizer's, for whoever is told that another is wanted
    /// @param ended whether each document ends with the tokenizer's end token
    /// @param threads that cut texts into tokens
    public record Settings(String name, boolean ended, int threads) {
        public Settings {
            if (threads < 1) {
                throw new IllegalArgumentException("threads must be at least 1, not " + threads);
            }
        }
    }

    /// Writes the texts as documents, in place of the file `out` if there is one.
    ///
    /// @param progress is told how many tokens were written
    /// @throws IllegalArgumentException if there are no texts, or the end token is wanted and there is none
    public static TokenFileHeader write(
            Path out, Iterator<String> texts, Tokenizer tokenizer, Settings settings, LongConsumer progress) {
        if (settings.ended() && tokenizer.eos().isEmpty()) {
            throw new IllegalArgumentException("the tokenizer " + settings.name()
                    + " has no end token to set behind each document; leave it out with --no-end");
        }
        TokenFileWriter writer =
                new TokenFileWriter(tokenizer, settings.ended() ? tokenizer.eos() : OptionalInt.empty());
        TokenFileHeader[] header = new TokenFileHeader[1];
        Atomic.file(out, channel -> {
            Path index = Files.createTempFile(out.toAbsolutePath().getParent(), "." + out.getFileName(), ".partial");
            try (FileChannel ends = FileChannel.open(
                    index, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                channel.position(TokenFileHeader.BYTES);
                writer.tokens(channel, ends, texts, settings.threads(), progress);
                header[0] = writer.close(channel, ends, settings);
            }
        });
        return header[0];
    }

    /// Several texts as tokens.
    ///
    /// @param ends tokens and characters of each, by turns
    private record Part(byte[] tokens, int[] ends) {}

    private void tokens(
            FileChannel channel, FileChannel index, Iterator<String> texts, int threads, LongConsumer progress)
            throws IOException {
        ExecutorService workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("tokenize-", 1).factory());
        try {
            Deque<Future<Part>> under = new ArrayDeque<>();
            while (texts.hasNext() || !under.isEmpty()) {
                while (texts.hasNext() && under.size() < AHEAD * threads) {
                    List<String> some = some(texts);
                    under.addLast(workers.submit(() -> part(some)));
                }
                append(under.removeFirst(), channel, index);
                progress.accept(tokens);
            }
        } finally {
            workers.shutdownNow();
        }
    }

    private static List<String> some(Iterator<String> texts) {
        List<String> some = new ArrayList<>();
        for (long held = 0;
                held < CHARACTERS && texts.hasNext();
                held += some.getLast().length() + 16) {
            some.add(texts.next());
        }
        return some;
    }

    private Part part(List<String> texts) {
        int[][] all = new int[texts.size()][];
        int[] ends = new int[2 * all.length];
        int count = 0;
        for (int i = 0; i < all.length; i++) {
            String text = texts.get(i);
            all[i] = tokenizer.ids(text, Specials.SKIP);
            ends[2 * i] = all[i].length + (end.isPresent() ? 1 : 0);
            ends[2 * i + 1] = text.codePointCount(0, text.length());
            count = Math.addExact(count, ends[2 * i]);
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(count, width.bytes)).order(ByteOrder.LITTLE_ENDIAN);
        for (int[] ids : all) {
            for (int id : ids) {
                put(bytes, id);
            }
            end.ifPresent(id -> put(bytes, id));
        }
        return new Part(bytes.array(), ends);
    }

    private void put(ByteBuffer bytes, int id) {
        if (width == TokenFileHeader.Width.U32) {
            bytes.putInt(id);
        } else {
            bytes.putShort((short) id);
        }
    }

    private void append(Future<Part> done, FileChannel channel, FileChannel index) throws IOException {
        Part part = result(done);
        Atomic.writeFully(channel, MemorySegment.ofArray(part.tokens));
        ByteBuffer numbers = ByteBuffer.allocate(8 * part.ends.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < part.ends.length; i += 2) {
            tokens += part.ends[i];
            characters += part.ends[i + 1];
            documents = Math.incrementExact(documents);
            numbers.putLong(tokens).putLong(characters);
        }
        Atomic.writeFully(index, MemorySegment.ofArray(numbers.array()));
    }

    private static Part result(Future<Part> done) throws IOException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case IOException cause -> throw cause;
                default -> throw new IOException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private TokenFileHeader close(FileChannel channel, FileChannel index, Settings settings) throws IOException {
        if (tokens == 0) {
            throw new IllegalArgumentException("the texts have no tokens; give at least one text that is not empty");
        }
        TokenFileHeader header = new TokenFileHeader(
                tokenizer.size(),
                width,
                tokens,
                documents,
                end.isPresent(),
                settings.name(),
                TokenFileHeader.sha256(tokenizer));
        long at = header.index();
        channel.position(at);
        index.position(0);
        for (long left = index.size(); left > 0; ) {
            long moved = channel.transferFrom(index, at, left);
            if (moved <= 0) {
                throw new IOException("the numbers of the documents could not be copied");
            }
            at += moved;
            left -= moved;
        }
        byte[] head = (TokenFileHeader.FORMAT + Values.json(header)).getBytes(StandardCharsets.UTF_8);
        if (head.length > TokenFileHeader.BYTES) {
            throw new UncheckedIOException(new IOException("the tokenizer's name is too long: " + settings.name()));
        }
        ByteBuffer padded = ByteBuffer.allocate(TokenFileHeader.BYTES);
        java.util.Arrays.fill(padded.array(), (byte) ' ');
        padded.put(head).rewind();
        channel.position(0);
        Atomic.writeFully(channel, MemorySegment.ofBuffer(padded));
        return header;
    }
}
