package io.attend.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// Text files as they lie: UTF-8, packed with gzip if the name ends in `.gz`.
final class Lines {
    private static final int MOST = 1 << 30;

    private Lines() {}

    /// The whole text of a file.
    ///
    /// @throws IllegalArgumentException naming the file and what is wrong with it
    static String text(String path) {
        Path file = Path.of(path);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(path + " is not a file; name a text file, in UTF-8");
        }
        try (InputStream in = open(file)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] some = new byte[1 << 16];
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                if (bytes.size() > MOST - read) {
                    throw new IllegalArgumentException(
                            path + " holds more than the " + MOST + " bytes that fit in memory; split it");
                }
                bytes.write(some, 0, read);
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(path + " is not UTF-8 text; convert it first", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// The lines of a file, without their ends.
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

    private static InputStream open(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file));
        return file.getFileName().toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
    }
}
