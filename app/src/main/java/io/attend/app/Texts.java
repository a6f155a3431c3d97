package io.attend.app;

import io.attend.tokenizer.text.Bytes;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.GZIPInputStream;

/// Texts from files, `-` being standard input. They must be UTF-8; a byte that is none is refused with its
/// place.
///
/// A line ends at `\n` and nowhere else: `\r`, U+2028 and the like are part of their line, so that the lines of
/// a file joined by `\n` are the file. A last line without `\n` is a line; behind a last `\n` there is none.
final class Texts {
    private Texts() {}

    /// The whole of a file.
    static String whole(String file) {
        try (InputStream in = open(file)) {
            byte[] bytes = in.readAllBytes();
            return text(bytes, bytes.length, file);
        } catch (IOException e) {
            throw cannotRead(file, e);
        }
    }

    /// The lines of a file without their `\n`, read as they are asked for.
    static Lines lines(String file) {
        try {
            return new Lines(file, open(file), false);
        } catch (IOException e) {
            throw cannotRead(file, e);
        }
    }

    /// The lines of files to train on, one file behind the other, unpacked where the name ends in `.gz`.
    ///
    /// @param ends whether a line keeps its `\n`
    /// @param read counts the bytes read from the disk
    static Iterable<String> training(List<Path> files, boolean ends, LongAdder read) {
        return () -> new Iterator<>() {
            private final Iterator<Path> rest = files.iterator();
            private Lines lines = nothing();

            @Override
            public boolean hasNext() {
                while (!lines.hasNext()) {
                    lines.close();
                    lines = nothing();
                    if (!rest.hasNext()) {
                        return false;
                    }
                    Path file = rest.next();
                    try {
                        lines = new Lines(file.toString(), unpacked(file, read), ends);
                    } catch (IOException e) {
                        throw cannotRead(file.toString(), e);
                    }
                }
                return true;
            }

            @Override
            public String next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return lines.next();
            }
        };
    }

    private static Lines nothing() {
        return new Lines("", new ByteArrayInputStream(new byte[0]), false);
    }

    private static InputStream open(String file) throws IOException {
        return file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
    }

    private static InputStream unpacked(Path file, LongAdder read) throws IOException {
        InputStream counted = new FilterInputStream(Files.newInputStream(file)) {
            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                int count = super.read(into, from, length);
                read.add(Math.max(0, count));
                return count;
            }
        };
        return file.toString().endsWith(".gz")
                ? new GZIPInputStream(new BufferedInputStream(counted, 1 << 16))
                : counted;
    }

    private static String text(byte[] utf8, int length, String place) {
        return Bytes.utf8(utf8, length).orElseThrow(() -> {
            int wrong = Bytes.valid(Arrays.copyOf(utf8, length));
            return new IllegalArgumentException(
                    place + ": at byte " + wrong + ": 0x%02X is no UTF-8 here".formatted(utf8[wrong] & 0xff));
        });
    }

    private static UncheckedIOException cannotRead(String file, IOException e) {
        String why = e instanceof NoSuchFileException ? "no such file" : "cannot be read: " + e.getMessage();
        return new UncheckedIOException(file + ": " + why, e);
    }

    /// The lines of a stream.
    static final class Lines implements Iterator<String>, AutoCloseable {
        private final String file;
        private final InputStream in;
        private final boolean ends;
        private final byte[] buffer = new byte[1 << 16];
        private final Line line = new Line();
        private int at;
        private int end;
        private long number;
        private boolean whole;

        private static final class Line extends ByteArrayOutputStream {
            String text(String place) {
                return Texts.text(buf, count, place);
            }
        }

        private Lines(String file, InputStream in, boolean ends) {
            this.file = file;
            this.in = in;
            this.ends = ends;
        }

        /// How many lines were handed out.
        long number() {
            return number;
        }

        @Override
        public boolean hasNext() {
            try {
                if (!whole) {
                    line.reset();
                    whole = read();
                }
            } catch (IOException e) {
                throw cannotRead(file, e);
            }
            return whole;
        }

        /// Whether there was a line; it is in [#line].
        private boolean read() throws IOException {
            boolean any = false;
            while (true) {
                if (at == end) {
                    end = Math.max(0, in.read(buffer, 0, buffer.length));
                    at = 0;
                    if (end == 0) {
                        return any;
                    }
                }
                any = true;
                int stop = at;
                while (stop < end && buffer[stop] != '\n') {
                    stop++;
                }
                boolean found = stop < end;
                line.write(buffer, at, stop - at + (found && ends ? 1 : 0));
                at = found ? stop + 1 : stop;
                if (found) {
                    return true;
                }
            }
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            whole = false;
            number++;
            return line.text(file + ": line " + number);
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException e) {
                throw cannotRead(file, e);
            }
        }
    }
}
