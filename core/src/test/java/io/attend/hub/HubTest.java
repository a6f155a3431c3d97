package io.attend.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.hub.FakeHub.Handler;
import io.attend.hub.Hub.Pulled;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against a server of our own on the loopback interface; no other host is asked.
@Timeout(60)
class HubTest {
    private static final ModelName MODEL = ModelName.of("a/b");
    private static final byte[] WEIGHTS = random(100_003);
    private static final byte[] CONFIG = "{\"model_type\": \"gpt2\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("config.json", CONFIG);
        files.put("model.safetensors", WEIGHTS);
        files.put("pytorch_model.bin", random(151));
        files.put("README.md", random(7));
        files.put("onnx/model.onnx", random(211));
        return files;
    }

    private Hub hub(URI endpoint, String token, boolean offline) {
        return new Hub(
                endpoint,
                Optional.of(token).filter(t -> !t.isEmpty()),
                folder.resolve("home"),
                offline,
                Duration.ofMillis(1),
                Duration.ofSeconds(5));
    }

    private Pulled pull(FakeHub server) {
        return hub(server.uri(), "", false).pull(MODEL, Selection.ofWhatIsRead());
    }

    /// Lists `files` and sends them as it should, but for weights, which go through `weights`.
    private static FakeHub server(Map<String, byte[]> files, Handler weights) throws IOException {
        return new FakeHub((request, reply) -> {
            String file = request.path().replaceFirst("/a/b/resolve/" + FakeHub.COMMIT + "/", "");
            if (request.path().startsWith("/api/")) {
                reply.whole(200, FakeHub.listing(files).getBytes(StandardCharsets.UTF_8));
            } else if (file.equals("model.safetensors")) {
                weights.answer(request, reply);
            } else if (files.containsKey(file)) {
                reply.file(request, files.get(file));
            } else {
                reply.whole(404, new byte[0]);
            }
        });
    }

    private static FakeHub server() throws IOException {
        return server(files(), (request, reply) -> reply.file(request, WEIGHTS));
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void bringsWhatIsReadAndKeepsIt() throws IOException {
        try (FakeHub server = server()) {
            Pulled pulled = pull(server);
            assertThat(pulled.commit()).isEqualTo(FakeHub.COMMIT);
            assertThat(pulled.folder()).isEqualTo(folder.resolve("home/hub/a--b/" + FakeHub.COMMIT));
            assertThat(filesIn(pulled.folder())).containsExactly("config.json", "model.safetensors");
            assertThat(pulled.folder().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
            assertThat(pulled.downloaded()).isEqualTo(CONFIG.length + WEIGHTS.length);
            assertThat(server.requests.getFirst().path()).isEqualTo("/api/models/a/b/revision/main?blobs=true");
            Pulled again = pull(server);
            assertThat(again.downloaded()).isZero();
            assertThat(server.requests).hasSize(4); // list, two files, list
        }
        URI nobody = URI.create("http://127.0.0.1:1");
        assertThat(hub(nobody, "", true).pull(MODEL, Selection.ofWhatIsRead()).files())
                .hasSize(2);
        assertThatThrownBy(() -> hub(nobody, "", true).pull(MODEL, Selection.of(List.of("*.bin"))))
                .hasMessage("a/b: pytorch_model.bin is not in the cache; pull it once without --offline");
        assertThatThrownBy(() -> hub(nobody, "", true).pull(ModelName.of("a/c"), Selection.ofWhatIsRead()))
                .hasMessageStartingWith("a/c: is not in the cache, ");
        Path copy = folder.resolve("copy");
        hub(nobody, "", false).pull(MODEL, Selection.ofWhatIsRead(), Optional.of(copy), true, Hub.Watcher.SILENT);
        assertThat(copy.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void bringsOtherFilesWhenAskedAndWritesWhereTold() throws IOException {
        try (FakeHub server = server()) {
            Path to = folder.resolve("there");
            Selection selection = Selection.of(List.of("onnx/**", "*.md"));
            Hub hub = hub(server.uri(), "", false);
            hub.pull(MODEL, selection, Optional.of(to), false, Hub.Watcher.SILENT);
            assertThat(filesIn(to)).containsExactly("README.md", "onnx/model.onnx");
            Files.write(to.resolve("README.md"), new byte[7]); // as long, but another
            assertThat(hub.pull(MODEL, selection, Optional.of(to), false, Hub.Watcher.SILENT)
                            .downloaded())
                    .isEqualTo(7);
            assertThat(to.resolve("README.md")).hasBinaryContent(random(7));
            assertThatThrownBy(() -> hub.pull(MODEL, Selection.of(List.of("*.gguf"))))
                    .hasMessage("a/b: no file of it is wanted; it has config.json, model.safetensors,"
                            + " pytorch_model.bin, README.md, onnx/model.onnx; name files with --include GLOB");
        }
    }

    /// Every connection breaks after 9,973 bytes: what came is kept and the rest asked for.
    @Test
    void goesOnWhereTheConnectionBroke() throws IOException {
        try (FakeHub server = server(files(), (request, reply) -> {
            int from = request.from();
            String length = "Content-Length: " + (WEIGHTS.length - from);
            if (from == 0) {
                reply.head(200, length, "ETag: \"x\"");
            } else {
                assertThat(request.header("if-range")).contains("\"x\"");
                reply.head(
                        206,
                        length,
                        "ETag: \"x\"",
                        "Content-Range: bytes " + from + "-" + (WEIGHTS.length - 1) + "/" + WEIGHTS.length);
            }
            reply.out().write(WEIGHTS, from, Math.min(9_973, WEIGHTS.length - from));
        })) {
            Pulled pulled = pull(server);
            assertThat(pulled.folder().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
            assertThat(pulled.downloaded()).isEqualTo(CONFIG.length + WEIGHTS.length);
            assertThat(server.requests).hasSize(1 + 1 + 11);
        }
    }

    @Test
    void goesOnInAnotherProcessAndStartsAgainIfThePartIsOfAnother() throws IOException {
        String part = "model.safetensors." + FakeHub.sha256(WEIGHTS).substring(0, 12) + ".part";
        Path place = folder.resolve("home/hub/a--b/" + FakeHub.COMMIT);
        Files.createDirectories(place);
        try (FakeHub server = server()) {
            Files.write(place.resolve(part), Arrays.copyOf(WEIGHTS, 70_001));
            assertThat(pull(server).downloaded()).isEqualTo(CONFIG.length + WEIGHTS.length - 70_001);
            assertThat(place.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
            Files.delete(place.resolve("model.safetensors"));
            Files.write(place.resolve(part), new byte[70_001]);
            assertThat(pull(server).downloaded()).isEqualTo(WEIGHTS.length - 70_001 + WEIGHTS.length);
            assertThat(place.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
            assertThat(filesIn(place)).containsExactly("config.json", "model.safetensors");
        }
    }

    /// The first time it breaks off; then it sends all of it again, whatever is asked for.
    @Test
    void startsAgainWhereRangesAreRefused() throws IOException {
        AtomicInteger times = new AtomicInteger();
        try (FakeHub server = server(files(), (request, reply) -> {
            reply.head(200, "Content-Length: " + WEIGHTS.length);
            reply.out().write(WEIGHTS, 0, times.getAndIncrement() == 0 ? 50_021 : WEIGHTS.length);
        })) {
            assertThat(pull(server).folder().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
            assertThat(times).hasValue(2);
        }
    }

    @Test
    void waitsWhenAskedTo() throws IOException {
        AtomicInteger times = new AtomicInteger();
        try (FakeHub server = server(files(), (request, reply) -> {
            switch (times.getAndIncrement()) {
                case 0 -> reply.whole(429, new byte[0], "Retry-After: 0");
                case 1 -> reply.whole(503, new byte[0]);
                case 2 -> reply.out().close();
                default -> reply.file(request, WEIGHTS);
            }
        })) {
            assertThat(pull(server).folder().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        }
    }

    @Test
    void givesUpAndKeepsWhatCame() throws IOException {
        AtomicInteger times = new AtomicInteger();
        try (FakeHub server = server(files(), (request, reply) -> {
            if (times.getAndIncrement() == 0) {
                reply.head(200, "Content-Length: " + WEIGHTS.length);
                reply.out().write(WEIGHTS, 0, 40_009);
            } else {
                reply.whole(500, new byte[0]);
            }
        })) {
            assertThatThrownBy(() -> pull(server))
                    .hasMessage("a/b: model.safetensors: gave up after 7 attempts: the hub answers 500; what came is"
                            + " kept, give the command again to go on");
            assertThat(filesIn(folder.resolve("home/hub/a--b/" + FakeHub.COMMIT)))
                    .contains("model.safetensors." + FakeHub.sha256(WEIGHTS).substring(0, 12) + ".part")
                    .doesNotContain("model.safetensors");
        }
    }

    private void refuses(Handler weights, String message) throws IOException {
        try (FakeHub server = server(files(), weights)) {
            assertThatThrownBy(() -> pull(server))
                    .isInstanceOf(HubException.class)
                    .hasMessage("a/b: model.safetensors: " + message);
            assertThat(folder.resolve("home/hub/a--b/" + FakeHub.COMMIT + "/model.safetensors"))
                    .doesNotExist();
        }
    }

    @Test
    void refusesOtherBytes() throws IOException {
        byte[] other = WEIGHTS.clone();
        other[77_777] ^= 1;
        refuses(
                (request, reply) -> reply.file(request, other),
                "what came does not match its checksum, " + FakeHub.sha256(WEIGHTS)
                        + ", and was thrown away; try again");
    }

    @Test
    void refusesLengthsThatAreNot() throws IOException {
        refuses(
                (request, reply) -> reply.whole(200, Arrays.copyOf(WEIGHTS, 100_002)),
                "is listed with 100003 bytes, the hub sends 100002");
        refuses(
                (request, reply) -> reply.head(200, "Content-Length: 999999999999999"),
                "is listed with 100003 bytes, the hub sends 999999999999999");
        refuses(
                (request, reply) -> { // no length, and no end
                    reply.head(200);
                    for (int i = 0; i < 1000; i++) {
                        reply.out().write(WEIGHTS);
                    }
                },
                "the hub sends more than the 100003 bytes it has");
        refuses(
                (request, reply) -> reply.whole(200, WEIGHTS, "Content-Encoding: gzip"),
                "comes encoded as gzip, which was not asked for");
    }

    /// Neither a size nor a checksum in the list: those that come with the file, even if it comes from
    /// elsewhere.
    @Test
    void takesTheChecksumThatComesWithTheFile() throws IOException {
        String listing = "{\"sha\":\"" + FakeHub.COMMIT + "\",\"siblings\":[{\"rfilename\":\"model.safetensors\"}]}";
        AtomicInteger wrong = new AtomicInteger();
        try (FakeHub elsewhere = new FakeHub(
                        (request, reply) -> reply.whole(200, WEIGHTS, "ETag: \"" + "0".repeat(32) + "-7\""));
                FakeHub server = new FakeHub((request, reply) -> {
                    if (request.path().startsWith("/api/")) {
                        reply.whole(200, listing.getBytes(StandardCharsets.UTF_8));
                    } else {
                        reply.whole(
                                302,
                                new byte[0],
                                "Location: " + elsewhere.uri() + "/blob",
                                "X-Linked-Size: " + WEIGHTS.length,
                                "X-Linked-Etag: \"" + (wrong.get() == 0 ? FakeHub.sha256(WEIGHTS) : "0".repeat(64))
                                        + "\"",
                                "X-Repo-Commit: " + FakeHub.COMMIT);
                    }
                })) {
            Path file = pull(server).folder().resolve("model.safetensors");
            assertThat(file).hasBinaryContent(WEIGHTS);
            Files.delete(file);
            wrong.set(1);
            assertThatThrownBy(() -> pull(server)).hasMessageContaining("does not match its checksum, 0000");
        }
    }

    /// To another port, and back again: it is the hub's own address or no token.
    @Test
    void theTokenGoesToTheHubAndNowhereElse() throws IOException {
        try (FakeHub elsewhere = new FakeHub((request, reply) -> reply.file(request, WEIGHTS));
                FakeHub server = server(
                        files(),
                        (request, reply) ->
                                reply.whole(302, new byte[0], "Location: " + elsewhere.uri() + "/signed?x=1"))) {
            hub(server.uri(), "secret", false).pull(MODEL, Selection.ofWhatIsRead());
            assertThat(server.requests)
                    .allSatisfy(request ->
                            assertThat(request.header("authorization")).contains("Bearer secret"));
            assertThat(elsewhere.requests)
                    .hasSize(1)
                    .allSatisfy(request -> assertThat(request.headers())
                            .doesNotContainKey("authorization")
                            .doesNotContainValue("Bearer secret"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "", "ftp://127.0.0.1/x", "http:///x"})
    void refusesRedirectsOffTheWeb(String location) throws IOException {
        try (FakeHub server =
                server(files(), (request, reply) -> reply.whole(302, new byte[0], "Location: " + location))) {
            assertThatThrownBy(() -> pull(server)).hasMessageContaining("redirects to \"" + location + "\"");
        }
    }

    @Test
    void refusesToGoRoundInCircles() throws IOException {
        try (FakeHub server =
                server(files(), (request, reply) -> reply.whole(302, new byte[0], "Location: " + request.path()))) {
            assertThatThrownBy(() -> pull(server)).hasMessageContaining("more than 8 redirects");
        }
    }

    /// None of these is written, wherever it points.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "../config.json",
                "/tmp/config.json",
                "a/../../config.json",
                "C:\\\\config.json",
                "a\\\\..\\\\config.json",
                "./config.json",
                "a//config.json",
                "config.json\\u0000",
                "config.json\\n",
                "..",
                ".",
                "",
                "a/b/",
                "config.json.part",
                "\\u202econfig.json"
            })
    void namesStayInTheFolder(String name) throws IOException {
        String listing = "{\"sha\":\"%s\",\"siblings\":[{\"rfilename\":\"%s\",\"size\":1,\"blobId\":\"%s\"}]}"
                .formatted(FakeHub.COMMIT, name, "0".repeat(40));
        try (FakeHub server = new FakeHub((_, reply) -> reply.whole(200, listing.getBytes(StandardCharsets.UTF_8)))) {
            assertThatThrownBy(() -> hub(server.uri(), "", false).pull(MODEL, Selection.of(List.of("**"))))
                    .hasMessageContaining("no file of it is wanted");
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void linksInTheFolderDoNotLeadOut() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Path to = Files.createDirectories(folder.resolve("to"));
        Files.createSymbolicLink(to.resolve("onnx"), outside);
        try (FakeHub server = server()) {
            assertThatThrownBy(() -> hub(server.uri(), "", false)
                            .pull(MODEL, Selection.of(List.of("onnx/**")), Optional.of(to), false, Hub.Watcher.SILENT))
                    .hasMessage(to.resolve("onnx") + ": is a link; remove it, or pull to another folder");
            assertThat(outside).isEmptyDirectory();
        }
    }

    @Test
    void saysWhatToDoWhenRefused() throws IOException {
        for (Map.Entry<Integer, String> one : Map.of(
                        401, "set HF_TOKEN", 403, "accept the model's terms", 404, "no such model")
                .entrySet()) {
            try (FakeHub server = new FakeHub((_, reply) -> reply.whole(one.getKey(), new byte[0]))) {
                assertThatThrownBy(() -> pull(server))
                        .hasMessageContaining("answers " + one.getKey())
                        .hasMessageContaining(one.getValue());
            }
        }
        for (String body : List.of("<html>", "{}", "{\"sha\":\"../..\"}", "[".repeat(100_000))) {
            try (FakeHub server = new FakeHub((_, reply) -> reply.whole(200, body.getBytes(StandardCharsets.UTF_8)))) {
                assertThatThrownBy(() -> pull(server)).isInstanceOf(HubException.class);
            }
        }
    }

    /// A listing that goes on, and one that stops coming.
    @Test
    void doesNotReadForEver() throws IOException {
        byte[] much = new byte[1 << 20];
        try (FakeHub server = new FakeHub((_, reply) -> {
            reply.head(200);
            for (int i = 0; i < 100; i++) {
                reply.out().write(much);
            }
        })) {
            assertThatThrownBy(() -> pull(server)).hasMessageContaining("more than 33554432 bytes");
        }
        try (FakeHub server = new FakeHub((_, reply) -> {
            reply.head(200, "Content-Length: 100");
            reply.out().write(1);
            reply.out().flush();
            try {
                Thread.sleep(20_000);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        })) {
            Hub impatient = new Hub(
                    server.uri(), Optional.empty(), folder, false, Duration.ofMillis(1), Duration.ofMillis(200));
            assertThatThrownBy(() -> impatient.pull(MODEL, Selection.ofWhatIsRead()))
                    .hasMessageContaining("the answer broke off");
        }
    }

    @Test
    void readsItsEnvironment() throws IOException {
        try (FakeHub server = server()) {
            Map<String, String> environment = Map.of(
                    "HF_ENDPOINT",
                    server.uri() + "/",
                    "HF_TOKEN",
                    " t ",
                    "ATTEND_HOME",
                    folder.resolve("x").toString());
            Pulled pulled = Hub.of(environment).pull(MODEL, Selection.ofWhatIsRead());
            assertThat(pulled.folder()).startsWith(folder.resolve("x"));
            assertThat(server.requests.getFirst().header("authorization")).contains("Bearer t");
            int asked = server.requests.size();
            Map<String, String> offline = new LinkedHashMap<>(environment);
            offline.put("HF_HUB_OFFLINE", "1");
            assertThat(Hub.of(offline).pull(MODEL, Selection.ofWhatIsRead()).files())
                    .hasSize(2);
            assertThat(server.requests).hasSize(asked);
        }
        assertThatThrownBy(() -> Hub.of(Map.of("HF_ENDPOINT", "hub")))
                .hasMessage("HF_ENDPOINT is \"hub\"; it begins with https:// and a host");
    }

    @Test
    void namesOfModels() {
        assertThat(ModelName.of("gpt2")).isEqualTo(new ModelName("gpt2", "main"));
        assertThat(ModelName.of("a/b@refs/pr/1")).isEqualTo(new ModelName("a/b", "refs/pr/1"));
        for (String wrong :
                List.of("", "a/b/c", "../b", "a/..", "a b/c", "a/b@", "a/b@../x", "/a", "a/b@x@y", "a/-b")) {
            assertThatThrownBy(() -> ModelName.of(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Selection.of(List.of("["))).hasMessageStartingWith("\"[\" is not a glob: ");
    }
}
