package io.attend.hub;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A hub on the loopback interface, one request a connection, that misbehaves as it is told.
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private final ServerSocket socket;
    private final Handler handler;
    final List<Request> requests = new CopyOnWriteArrayList<>();

    record Request(String path, Map<String, String> headers) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }

        /// Where `Range` begins.
        int from() {
            return header("range")
                    .map(r -> Integer.parseInt(r.replaceAll("\\D", "")))
                    .orElse(0);
        }
    }

    /// Writes the whole answer, or less, or more.
    interface Handler {
        void answer(Request request, Reply reply) throws IOException;
    }

    /// What is sent.
    record Reply(OutputStream out) {
        void head(int status, String... headers) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " x\r\nConnection: close\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        }

        void whole(int status, byte[] body, String... headers) throws IOException {
            String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
            all[headers.length] = "Content-Length: " + body.length;
            head(status, all);
            out.write(body);
        }

        /// `body`, or the part of it that the request asks for.
        void file(Request request, byte[] body) throws IOException {
            int from = request.from();
            byte[] rest = java.util.Arrays.copyOfRange(body, from, body.length);
            if (from > 0) {
                whole(
                        206,
                        rest,
                        "Content-Range: bytes " + from + "-" + (body.length - 1) + "/" + body.length,
                        "ETag: \"" + sha256(body) + "\"");
            } else {
                whole(200, rest, "ETag: \"" + sha256(body) + "\"");
            }
        }
    }

    FakeHub(Handler handler) throws IOException {
        this.handler = handler;
        this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    private void serve() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                Thread.ofVirtual().start(() -> answer(connection));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void answer(Socket connection) {
        try (connection) {
            connection.setSoTimeout(5_000);
            var in =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
            String first = in.readLine();
            if (first == null) {
                return;
            }
            Map<String, String> headers = new TreeMap<>();
            for (String line; (line = in.readLine()) != null && !line.isEmpty(); ) {
                String[] pair = line.split(": ", 2);
                headers.put(pair[0].toLowerCase(Locale.ROOT), pair[1]);
            }
            Request request = new Request(first.split(" ")[1], headers);
            requests.add(request);
            handler.answer(request, new Reply(connection.getOutputStream()));
        } catch (IOException _) {
            // the client went away: so be it
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The hub's list of these files, small ones with Git's checksum, those of more than 100 bytes with
    /// SHA-256.
    static String listing(Map<String, byte[]> files) {
        Map<String, String> entries = new LinkedHashMap<>();
        files.forEach((name, bytes) -> entries.put(
                name,
                bytes.length > 100
                        ? "{\"rfilename\":\"%s\",\"size\":%d,\"blobId\":\"%s\",\"lfs\":{\"sha256\":\"%s\",\"size\":%d}}"
                                .formatted(name, bytes.length, "f".repeat(40), sha256(bytes), bytes.length)
                        : "{\"rfilename\":\"%s\",\"size\":%d,\"blobId\":\"%s\"}"
                                .formatted(name, bytes.length, gitSha1(bytes))));
        return "{\"id\":\"a/b\",\"sha\":\"" + COMMIT + "\",\"siblings\":[" + String.join(",", entries.values()) + "]}";
    }

    static String sha256(byte[] bytes) {
        return hex("SHA-256", bytes);
    }

    static String gitSha1(byte[] bytes) {
        byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = java.util.Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        return hex("SHA-1", all);
    }

    private static String hex(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
