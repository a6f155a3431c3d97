package io.attend.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The command, against a server on the loopback interface.
class PullTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String EMPTY_BLOB = "9e26dfeeb6e641a33dae4961196235bdb965b21b"; // git hash-object of "{}"

    @TempDir
    private Path folder;

    private HttpServer server;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final StringWriter out = new StringWriter();

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = exchange.getRequestURI().getPath().startsWith("/api/models/a/b/revision/v1")
                    ? "{\"sha\":\"%s\",\"siblings\":[{\"rfilename\":\"config.json\",\"size\":2,\"blobId\":\"%s\"}]}"
                            .formatted(COMMIT, EMPTY_BLOB)
                    : "{}";
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        environment.put("HF_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort());
        environment.put("ATTEND_HOME", folder.toString());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int pull(String... arguments) {
        return new CommandLine(new Pull(environment))
                .setOut(new PrintWriter(out, true))
                .execute(arguments);
    }

    @Test
    void bringsAModelAndSaysWhere() {
        assertThat(pull("a/b@v1", "--json")).isZero();
        JsonNode said = JsonMapper.shared().readTree(out.toString());
        assertThat(said.propertyNames()).containsExactly("folder", "commit", "bytes", "downloaded", "files");
        assertThat(said.get("commit").stringValue()).isEqualTo(COMMIT);
        assertThat(said.get("downloaded").intValue()).isEqualTo(2);
        assertThat(Path.of(said.get("folder").stringValue()).resolve("config.json"))
                .hasContent("{}");
    }

    @Test
    void servesFromTheCacheOffline() {
        assertThat(pull("a/b@v1")).isZero();
        server.stop(0);
        assertThat(pull("a/b@v1", "--offline", "--to", folder.resolve("to").toString(), "--include", "*.json"))
                .isZero();
        assertThat(folder.resolve("to/config.json")).hasContent("{}");
        assertThat(out.toString()).contains("a/b at 0123456789ab: 1 files, 2 B, 0 B of it new");
    }

    @Test
    void refusesWhatCannotBeMeant() {
        for (String[] wrong : new String[][] {{"../b", "names"}, {"a/b", "glob"}}) {
            StringWriter err = new StringWriter();
            String[] arguments = wrong[1].equals("glob")
                    ? new String[] {"pull", wrong[0], "--include", "[", "--offline"}
                    : new String[] {"pull", wrong[0], "--offline"};
            assertThat(Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments))
                    .isEqualTo(2);
            assertThat(err.toString()).startsWith("attend pull: \"").hasLineCount(1);
        }
    }
}
