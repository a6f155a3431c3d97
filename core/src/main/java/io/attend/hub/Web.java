package io.attend.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// Requests to a hub: redirects followed by hand, so that the token goes to the hub's own host and port and
/// nowhere else; answers that ask for patience waited for.
final class Web {
    private static final int MOST_REDIRECTS = 8;
    private static final int ATTEMPTS = 6;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(20))
            .build();
    private final URI endpoint;
    private final Optional<String> token;
    private final Duration delay;
    private final Duration patience;

    Web(URI endpoint, Optional<String> token, Duration delay, Duration patience) {
        this.endpoint = endpoint;
        this.token = token;
        this.delay = delay;
        this.patience = patience;
    }

    /// An answer, and what the hub itself said if it redirected.
    record Answer(HttpResponse<InputStream> response, HttpHeaders first) {
        int status() {
            return response.statusCode();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }
    }

    Duration patience() {
        return patience;
    }

    /// Asks once, following redirects.
    ///
    /// @throws IOException if the connection fails
    Answer ask(URI start, Map<String, String> headers) throws IOException, InterruptedException {
        URI uri = start;
        Optional<HttpHeaders> first = Optional.empty();
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                    .timeout(patience)
                    .header("User-Agent", "attend")
                    .header("Accept-Encoding", "identity");
            headers.forEach(request::header);
            if (token.isPresent() && sameOrigin(uri, endpoint)) {
                request.header("Authorization", "Bearer " + token.get());
            }
            HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
            HttpHeaders hub = first.orElse(response.headers());
            if (!isRedirect(response.statusCode())) {
                return new Answer(response, hub);
            }
            first = Optional.of(hub);
            response.body().close();
            uri = target(uri, response);
        }
        throw new HubException(start + ": more than " + MOST_REDIRECTS + " redirects");
    }

    /// Asks until there is an answer that more patience does not change.
    Answer askPatiently(URI uri, Map<String, String> headers) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                Answer answer = ask(uri, headers);
                if (!isTemporary(answer.status()) || attempt == ATTEMPTS) {
                    return answer;
                }
                answer.response().body().close();
                await(attempt, answer);
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw new HubException(
                            uri + ": no answer after " + ATTEMPTS + " attempts: " + reason(e)
                                    + "; check the network, or use what is in the cache with --offline",
                            e);
                }
                await(attempt);
            }
        }
    }

    /// A text of at most `most` bytes.
    String text(URI uri, int most) throws InterruptedException {
        Answer answer = askPatiently(uri, Map.of());
        try (InputStream body = answer.response().body()) {
            if (answer.status() != 200) {
                throw refusal(uri.toString(), answer.status());
            }
            byte[] bytes;
            try (Watchdog dog = new Watchdog(body, patience)) {
                bytes = dog.readAtMost(most + 1);
            }
            if (bytes.length > most) {
                throw new HubException(uri + ": the answer has more than " + most + " bytes");
            }
            return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new HubException(uri + ": the answer broke off: " + reason(e), e);
        }
    }

    void await(int attempt, Answer answer) throws InterruptedException {
        long seconds = answer.header("Retry-After")
                .filter(value -> value.matches("\\d{1,6}"))
                .map(Long::parseLong)
                .orElse(-1L);
        if (seconds >= 0) {
            Duration asked = Duration.ofSeconds(seconds);
            Thread.sleep(asked.compareTo(LONGEST_WAIT) < 0 ? asked : LONGEST_WAIT);
        } else {
            await(attempt);
        }
    }

    /// Twice as long each time, and never all at once.
    void await(int attempt) throws InterruptedException {
        double factor = Math.pow(2, Math.min(10, attempt - 1))
                * ThreadLocalRandom.current().nextDouble(0.75, 1.25);
        long millis = Math.min(LONGEST_WAIT.toMillis(), (long) (delay.toMillis() * factor));
        Thread.sleep(millis);
    }

    static boolean isTemporary(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    static HubException refusal(String what, int status) {
        return new HubException(what + ": the hub answers " + status
                + switch (status) {
                    case 401 -> ": set HF_TOKEN to a token that may read this model, or check the name";
                    case 403 -> ": the token may not read it; accept the model's terms on its page";
                    case 404 -> ": no such model, revision or file";
                    case 429 -> ": too many requests; try again later";
                    default -> "";
                });
    }

    static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static URI target(URI from, HttpResponse<InputStream> response) {
        String location = response.headers().firstValue("Location").orElse("");
        URI to;
        try {
            to = from.resolve(URI.create(location));
        } catch (IllegalArgumentException e) {
            throw new HubException(from + ": redirects to \"" + location + "\", which is no address", e);
        }
        boolean web = "https".equals(to.getScheme()) || "http".equals(to.getScheme());
        if (location.isEmpty() || !web || to.getHost() == null) {
            throw new HubException(from + ": redirects to \"" + location + "\", which is no address of the web");
        }
        if ("https".equals(from.getScheme()) && "http".equals(to.getScheme())) {
            throw new HubException(from + ": redirects from https to " + to + ", which anyone could change");
        }
        return to;
    }

    private static boolean sameOrigin(URI a, URI b) {
        return a.getScheme().equals(b.getScheme()) && a.getHost().equalsIgnoreCase(b.getHost()) && port(a) == port(b);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }

    static Map<String, String> range(long from, Optional<String> entityTag) {
        Map<String, String> headers = new HashMap<>();
        if (from > 0) {
            headers.put("Range", "bytes=" + from + "-");
            entityTag.filter(tag -> !tag.startsWith("W/")).ifPresent(tag -> headers.put("If-Range", tag));
        }
        return headers;
    }
}
