package io.attend.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// The lines of a text file that are not blank, one after another: UTF-8, packed with gzip if the name ends in
/// `.gz`. A line ends at `\n` or `\r\n`.
final class Lines implements Iterator<String>, AutoCloseable {
    private static final int MOST = 1 << 30;
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final String path;
    private final Reader reader;
    private final char[] buffer = new char[1 << 13];
    private final StringBuilder line = new StringBuilder();
    private int at;
    private int end;
    private long read;
    private long number;
    private @Nullable String next;

    private Lines(String path) {
        this.path = path;
        this.reader = reader(path);
    }

    /// The lines of a file.
    ///
    /// @throws IllegalArgumentException naming the file and what is wrong with it
    static Lines open(String path) {
        return new Lines(path);
    }

    /// Where the line stands that was given last.
    String place() {
        return path + ", line " + number;
    }

    @Override
    public boolean hasNext() {
        while (next == null) {
            String found = line();
            if (found == null) {
                return false;
            }
            read++;
            next = found.isBlank() ? null : found;
        }
        return true;
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        String given = java.util.Objects.requireNonNull(next);
        next = null;
        number = read;
        return given;
    }

    private @Nullable String line() {
        line.setLength(0);
        try {
            while (true) {
                if (at == end) {
                    end = Math.max(0, reader.read(buffer));
                    at = 0;
                    if (end == 0) {
                        return line.isEmpty() ? null : ended();
                    }
                }
                int stop = at;
                while (stop < end && buffer[stop] != '\n') {
                    stop++;
                }
                if (line.length() > MOST - (stop - at)) {
                    throw new IllegalArgumentException(
                            path + ", line " + (read + 1) + " has more than " + MOST + " characters; split it");
                }
                line.append(buffer, at, stop - at);
                at = stop + 1;
                if (stop < end) {
                    return ended();
                }
                at = end;
            }
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    path + ", at or behind line " + (read + 1) + ": not UTF-8 text; convert it first", e);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private String ended() {
        int length = line.length();
        return line.substring(0, length > 0 && line.charAt(length - 1) == '\r' ? length - 1 : length);
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /// The characters of a file, without a byte order mark at its beginning. Bytes that are not UTF-8 are
    /// refused when they are read.
    static Reader reader(String path) {
        try {
            PushbackReader reader = new PushbackReader(
                    new InputStreamReader(open(path, "text file, in UTF-8"), StandardCharsets.UTF_8.newDecoder()));
            int first = reader.read();
            if (first >= 0 && first != BYTE_ORDER_MARK) {
                reader.unread(first);
            }
            return reader;
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /// The whole text of a file.
    ///
    /// @throws IllegalArgumentException naming the file and what is wrong with it
    static String text(String path) {
        try (InputStream in = open(path, "text file, in UTF-8")) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] some = new byte[1 << 16];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                if (bytes.size() > MOST - count) {
                    throw new IllegalArgumentException(path + " holds more than the " + MOST
                            + " bytes that fit in memory; split it, or learn from a file of tokens that `attend"
                            + " tokenize` makes");
                }
                bytes.write(some, 0, count);
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /// The lines of a file, blank ones too, without their ends.
    static List<String> of(String path) {
        String text = text(path);
        List<String> lines = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            int stop = end < 0 ? text.length() : end;
            lines.add(text.substring(from, stop > from && text.charAt(stop - 1) == '\r' ? stop - 1 : stop));
            from = stop + 1;
        }
        return lines;
    }

    /// Why a file cannot be read, as its reader should be told.
    static IllegalArgumentException unreadable(String path, IOException e) {
        String why = switch (e) {
            case CharacterCodingException _ -> " is not UTF-8 text; convert it first";
            case ZipException _ -> " is not packed with gzip, or damaged: " + e.getMessage() + "; pack it again";
            case EOFException _ -> " ends too early; pack or download it again";
            default -> " cannot be read: " + e.getMessage();
        };
        return new IllegalArgumentException(path + why, e);
    }

    private static InputStream open(String path, String wanted) throws IOException {
        Path file = Path.of(path);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(path + " is not a file; name a " + wanted);
        }
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        return file.getFileName().toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
    }
}
