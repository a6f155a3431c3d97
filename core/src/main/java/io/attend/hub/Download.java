package io.attend.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.LongConsumer;

/// One file, into `NAME.CHECKSUM.part` beside its place, from where an earlier attempt ended; then checked
/// and renamed.
final class Download {
    static final String PART = ".part";

    private static final int FRUITLESS = 6; // attempts without a byte
    private static final int ATTEMPTS = 200;
    private static final int BUFFER = 1 << 16;

    private final Web web;
    private final URI uri;
    private final HubFile file;
    private final Path target;
    private final LongConsumer moved;
    private Optional<String> entityTag = Optional.empty();
    private long received;

    /// @param moved told how many bytes came, or went when they have to come again
    Download(Web web, URI uri, HubFile file, Path target, LongConsumer moved) {
        this.web = web;
        this.uri = uri;
        this.file = file;
        this.target = target;
        this.moved = moved;
    }

    /// What a file must be: as the list says, or where it does not say, as the hub says with the file.
    private record Expected(long size, Checksum checksum) {}

    /// @return how many bytes came over the network
    long run() throws IOException, InterruptedException {
        Files.createDirectories(target.getParent());
        String tag = file.checksum().isEmpty() ? "unknown" : file.checksum().substring(0, 12);
        Path part = target.resolveSibling(target.getFileName() + "." + tag + PART);
        long before = Files.exists(part) ? Files.size(part) : 0;
        moved.accept(before);
        boolean mended = false;
        int fruitless = 0;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            long start = Files.exists(part) ? Files.size(part) : 0;
            try {
                Expected expected = fetch(part, start);
                if (isRight(part, expected)) {
                    publish(part);
                    return received;
                }
                moved.accept(-Files.size(part));
                Files.delete(part);
                if (mended || start == 0) {
                    throw new HubException(file.path() + ": what came does not match its checksum, "
                            + expected.checksum().hex() + ", and was thrown away; try again");
                }
                if (attempt == ATTEMPTS) {
                    throw new HubException(file.path() + ": gave up after " + attempt + " attempts");
                }
                mended = true; // an old part may have been of something else: once more from the beginning
            } catch (Temporary e) {
                fruitless = Files.exists(part) && Files.size(part) > start ? 0 : fruitless + 1;
                if (fruitless == FRUITLESS || attempt == ATTEMPTS) {
                    throw new HubException(
                            file.path() + ": gave up after " + attempt + " attempts: " + e.getMessage()
                                    + "; what came is kept, give the command again to go on",
                            e);
                }
                if (e.answer.isPresent()) {
                    web.await(Math.max(1, fruitless), e.answer.get());
                } else if (fruitless > 0) {
                    web.await(fruitless);
                }
            }
        }
        throw new AssertionError("the last attempt returns or throws");
    }

    /// Brings the rest of the file.
    private Expected fetch(Path part, long from) throws IOException, InterruptedException {
        if (file.size() >= 0 && from > file.size()) {
            moved.accept(-from);
            Files.delete(part);
            return fetch(part, 0);
        }
        if (from > 0 && from == file.size() && !file.checksum().isEmpty()) {
            return new Expected(from, Checksum.of(file.checksum()).orElseThrow());
        }
        Web.Answer answer;
        try {
            answer = web.ask(uri, Web.range(from, entityTag));
        } catch (IOException e) {
            throw new Temporary("no answer: " + Web.reason(e), Optional.empty(), e);
        }
        try (InputStream body = answer.response().body()) {
            if (Web.isTemporary(answer.status())) {
                throw new Temporary("the hub answers " + answer.status(), Optional.of(answer), null);
            }
            if (answer.status() == 416) {
                moved.accept(-from);
                Files.delete(part);
                throw new Temporary("the hub has no byte " + from, Optional.empty(), null);
            }
            if (answer.status() != 200 && answer.status() != 206) {
                throw Web.refusal(file.path(), answer.status());
            }
            long start = answer.status() == 206 ? from : 0;
            if (start < from) {
                moved.accept(-from); // the server sends all of it again
            }
            Expected expected = expected(answer, start);
            entityTag = answer.header("ETag");
            receive(body, part, start, expected.size());
            return expected;
        }
    }

    private Expected expected(Web.Answer answer, long start) {
        String encoding = answer.header("Content-Encoding").orElse("identity");
        if (!encoding.equals("identity")) {
            throw new HubException(file.path() + ": comes encoded as " + encoding + ", which was not asked for");
        }
        Optional<Long> length = number(answer.header("Content-Length"));
        long total = start + length.orElse(-1L - start);
        if (answer.status() == 206) {
            String range = answer.header("Content-Range").orElse("");
            if (!range.matches("bytes " + start + "-\\d{1,18}/(\\d{1,18}|\\*)")) {
                throw new HubException(
                        file.path() + ": asked for bytes from " + start + ", the hub sends \"" + range + "\"");
            }
            total = number(Optional.of(range.substring(range.indexOf('/') + 1))).orElse(total);
        }
        long size = file.size() >= 0
                ? file.size()
                : number(answer.first().firstValue("X-Linked-Size")).orElse(total);
        if (size < 0) {
            throw new HubException(file.path() + ": the hub does not say how long it is");
        }
        if (total >= 0 && total != size) {
            throw new HubException(file.path() + ": is listed with " + size + " bytes, the hub sends " + total);
        }
        String said = answer.first()
                .firstValue("X-Linked-Etag")
                .or(() -> answer.first().firstValue("ETag"))
                .orElse("");
        Checksum checksum = Checksum.of(file.checksum())
                .or(() -> Checksum.of(said))
                .orElseThrow(() -> new HubException(file.path() + ": the hub gives no checksum for it"));
        return new Expected(size, checksum);
    }

    private void receive(InputStream body, Path part, long start, long size) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long have = start;
        try (OutputStream out = start > 0
                        ? Files.newOutputStream(part, StandardOpenOption.APPEND)
                        : Files.newOutputStream(part);
                Watchdog dog = new Watchdog(body, web.patience())) {
            while (true) {
                int count;
                try {
                    count = dog.read(buffer, (int) Math.min(BUFFER, size - have + 1));
                } catch (IOException e) {
                    throw new Temporary("the connection broke at byte " + have + " of " + size, Optional.empty(), e);
                }
                if (count < 0) {
                    break;
                }
                if (have + count > size) {
                    throw new HubException(file.path() + ": the hub sends more than the " + size + " bytes it has");
                }
                out.write(buffer, 0, count);
                have += count;
                received += count;
                moved.accept(count);
            }
        }
        if (have < size) {
            throw new Temporary("the hub ended at byte " + have + " of " + size, Optional.empty(), null);
        }
    }

    private static boolean isRight(Path part, Expected expected) throws IOException {
        return Files.size(part) == expected.size() && matches(part, expected.checksum());
    }

    static boolean matches(Path file, Checksum checksum) throws IOException {
        MessageDigest digest = checksum.begin(Files.size(file));
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int count; (count = in.read(buffer)) >= 0; ) {
                digest.update(buffer, 0, count);
            }
        }
        return checksum.matches(digest);
    }

    private void publish(Path part) throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Optional<Long> number(Optional<String> header) {
        return header.filter(value -> value.matches("\\d{1,18}")).map(Long::parseLong);
    }

    /// Another attempt may succeed.
    private static final class Temporary extends IOException {
        private static final long serialVersionUID = 1;

        private final transient Optional<Web.Answer> answer;

        Temporary(String message, Optional<Web.Answer> answer, @org.jspecify.annotations.Nullable Throwable cause) {
            super(message, cause);
            this.answer = answer;
        }
    }
}
