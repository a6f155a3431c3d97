package io.attend.hub;

import io.attend.checkpoint.Atomic;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// A hub of models that speaks the Hugging Face protocol, and the cache of what came from it.
///
///     Hub.of(System.getenv()).pull(ModelName.of("ORG/NAME"), Selection.ofWhatIsRead()).folder()
///
/// The cache holds each commit once: `HOME/hub/ORG--NAME/COMMIT/` with the files, `COMMIT.json` beside it
/// with the list of all, and `refs/REVISION`, the commit a branch or tag was last seen at. A file there is
/// whole and was checked. Environment: `HF_ENDPOINT` (the public hub if there is none), `HF_TOKEN`,
/// `HF_HUB_OFFLINE=1`, and the home, `ATTEND_HOME` (else `attend` in `XDG_CACHE_HOME` or `~/.cache`).
public final class Hub {
    private static final String PUBLIC = "https://huggingface.co";
    private static final int LONGEST_LISTING = 1 << 25;
    private static final int AT_ONCE = 4;

    private final URI endpoint;
    private final Path home;
    private final boolean offline;
    private final Web web;

    Hub(URI endpoint, Optional<String> token, Path home, boolean offline, Duration delay, Duration patience) {
        this.endpoint = endpoint;
        this.home = home.toAbsolutePath().normalize();
        this.offline = offline;
        this.web = new Web(endpoint, token, delay, patience);
    }

    /// What was pulled.
    ///
    /// @param folder with the files in it
    /// @param downloaded how many bytes came over the network
    public record Pulled(Path folder, String commit, List<HubFile> files, long downloaded) {
        public Pulled {
            files = List.copyOf(files);
        }

        /// The bytes of all files.
        public long bytes() {
            return files.stream().mapToLong(file -> Math.max(0, file.size())).sum();
        }
    }

    /// Told how far a pull has come.
    public interface Watcher {
        void begin(long total);

        void step(long done);

        Watcher SILENT = new Watcher() {
            @Override
            public void begin(long total) {}

            @Override
            public void step(long done) {}
        };
    }

    /// The hub that an environment describes.
    ///
    /// @throws IllegalArgumentException if `HF_ENDPOINT` is no address
    public static Hub of(Map<String, String> environment) {
        String written = present(environment, "HF_ENDPOINT").orElse(PUBLIC).replaceFirst("/+$", "");
        URI endpoint = URI.create(written);
        boolean web = "https".equals(endpoint.getScheme()) || "http".equals(endpoint.getScheme());
        if (!web || endpoint.getHost() == null) {
            throw new IllegalArgumentException(
                    "HF_ENDPOINT is \"" + written + "\"; it begins with https:// and a host");
        }
        Path home = present(environment, "ATTEND_HOME")
                .map(Path::of)
                .orElseGet(() -> present(environment, "XDG_CACHE_HOME")
                        .map(Path::of)
                        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                        .resolve("attend"));
        boolean offline = present(environment, "HF_HUB_OFFLINE")
                .filter(value -> value.matches("(?i)1|true|yes|on"))
                .isPresent();
        return new Hub(
                endpoint,
                present(environment, "HF_TOKEN").map(String::strip),
                home,
                offline,
                Duration.ofMillis(500),
                Duration.ofSeconds(60));
    }

    /// Files of a model into the cache.
    ///
    /// @throws HubException naming the model or file and what to do
    public Pulled pull(ModelName model, Selection selection) {
        return pull(model, selection, Optional.empty(), offline, Watcher.SILENT);
    }

    /// Files of a model, into the cache or `to` a folder; without the network if `disconnected`, from the
    /// cache.
    ///
    /// @throws HubException naming the model or file and what to do
    public Pulled pull(ModelName model, Selection selection, Optional<Path> to, boolean disconnected, Watcher watcher) {
        try {
            boolean cached = disconnected || offline;
            Listing listing = cached ? remembered(model) : listed(model);
            List<HubFile> files = selection.of(listing);
            if (files.isEmpty()) {
                String some =
                        listing.files().stream().map(HubFile::path).limit(8).collect(Collectors.joining(", "));
                throw new HubException(model + ": no file of it is wanted; it has " + some
                        + (listing.files().size() > 8 ? ", ..." : "") + "; name files with --include GLOB");
            }
            Path kept = place(model).resolve(listing.commit());
            if (cached) {
                return new Pulled(
                        to.isPresent()
                                ? copied(model, kept, to.get().toAbsolutePath().normalize(), files)
                                : present(model, kept, files),
                        listing.commit(),
                        files,
                        0);
            }
            Path folder = to.orElse(kept).toAbsolutePath().normalize();
            return new Pulled(
                    folder, listing.commit(), files, fetched(model, listing, files, folder, to.isPresent(), watcher));
        } catch (IOException e) {
            throw new HubException(model + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException(model + ": interrupted; give the command again to go on", e);
        }
    }

    private Listing listed(ModelName model) throws IOException, InterruptedException {
        URI uri = endpoint.resolve(path() + "/api/models/" + model.repository() + "/revision/"
                + model.revision().replace("/", "%2F") + "?blobs=true");
        Listing listing = Listing.read(model.toString(), web.text(uri, LONGEST_LISTING));
        Path place = place(model);
        Path reference = place.resolve("refs").resolve(model.revision());
        Files.createDirectories(reference.getParent());
        Atomic.text(place.resolve(listing.commit() + ".json"), listing.json());
        Atomic.text(reference, listing.commit());
        return listing;
    }

    private Listing remembered(ModelName model) throws IOException {
        Path reference = place(model).resolve("refs").resolve(model.revision());
        String commit =
                Files.isRegularFile(reference) ? Files.readString(reference).strip() : model.revision();
        Path listing = place(model).resolve(commit + ".json");
        if (!commit.matches("[0-9a-f]{40}") || !Files.isRegularFile(listing)) {
            throw new HubException(model + ": is not in the cache, " + home + "; pull it once without --offline");
        }
        return Listing.read(listing.toString(), Files.readString(listing));
    }

    private long fetched(
            ModelName model, Listing listing, List<HubFile> files, Path folder, boolean foreign, Watcher watcher)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        AtomicLong done = new AtomicLong();
        AtomicLong received = new AtomicLong();
        AtomicLong here = new AtomicLong();
        List<HubFile> missing = new ArrayList<>();
        for (HubFile file : files) {
            if (isThere(folder, file, foreign)) {
                here.addAndGet(Files.size(inside(folder, file)));
            } else {
                missing.add(file);
            }
        }
        long total = files.stream().mapToLong(file -> Math.max(0, file.size())).sum();
        checkRoom(model, folder, missing);
        watcher.begin(total);
        watcher.step(here.get());
        Semaphore turns = new Semaphore(AT_ONCE);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            CompletionService<HubFile> results = new ExecutorCompletionService<>(threads);
            for (HubFile file : missing) {
                results.submit(() -> {
                    turns.acquire();
                    try {
                        Download download =
                                new Download(web, uri(model, listing, file), file, inside(folder, file), moved -> {
                                    synchronized (watcher) {
                                        watcher.step(here.get() + done.addAndGet(moved));
                                    }
                                });
                        received.addAndGet(download.run());
                    } finally {
                        turns.release();
                    }
                    return file;
                });
            }
            for (int i = 0; i < missing.size(); i++) {
                results.take().get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof HubException known
                    ? new HubException(model + ": " + known.getMessage(), known)
                    : new HubException(model + ": " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
            threads.close();
        }
        return received.get();
    }

    private static boolean isThere(Path folder, HubFile file, boolean foreign) throws IOException {
        Path path = inside(folder, file);
        if (!Files.isRegularFile(path) || file.size() >= 0 && Files.size(path) != file.size()) {
            return false;
        }
        Optional<Checksum> checksum = Checksum.of(file.checksum());
        return !foreign || checksum.isPresent() && Download.matches(path, checksum.get());
    }

    private static void checkRoom(ModelName model, Path folder, List<HubFile> missing) throws IOException {
        long need = missing.stream()
                .mapToLong(file -> Math.max(0, file.size()))
                .reduce(0, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        long room = Files.getFileStore(folder).getUsableSpace();
        if (need > room) {
            throw new HubException(model + ": needs " + need + " bytes, and " + folder + " has room for " + room);
        }
    }

    private Path present(ModelName model, Path folder, List<HubFile> files) throws IOException {
        for (HubFile file : files) {
            if (!isThere(folder, file, false)) {
                throw new HubException(
                        model + ": " + file.path() + " is not in the cache; pull it once without --offline");
            }
        }
        return folder;
    }

    private Path copied(ModelName model, Path kept, Path to, List<HubFile> files) throws IOException {
        present(model, kept, files);
        for (HubFile file : files) {
            Path target = inside(to, file);
            Files.createDirectories(target.getParent());
            Atomic.file(target, channel -> {
                try (var in = java.nio.channels.FileChannel.open(inside(kept, file))) {
                    for (long at = 0; at < in.size(); ) {
                        at += in.transferTo(at, in.size() - at, channel);
                    }
                }
            });
        }
        return to;
    }

    /// Names are checked when they are listed; a link that stands in the folder must not lead out of it
    /// either.
    private static Path inside(Path folder, HubFile file) throws IOException {
        Path path = folder.resolve(file.path()).normalize();
        Path real = folder;
        for (Path segment : folder.relativize(path)) {
            real = real.resolve(segment);
            if (Files.isSymbolicLink(real)) {
                throw new HubException(real + ": is a link; remove it, or pull to another folder");
            }
        }
        return path;
    }

    private URI uri(ModelName model, Listing listing, HubFile file) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : file.path().getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            boolean plain =
                    b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || "/._-~".indexOf(b) >= 0;
            escaped.append(plain ? String.valueOf((char) b) : "%%%02X".formatted(b));
        }
        return endpoint.resolve(path() + "/" + model.repository() + "/resolve/" + listing.commit() + "/" + escaped);
    }

    private String path() {
        return endpoint.getRawPath() == null ? "" : endpoint.getRawPath();
    }

    private Path place(ModelName model) {
        return home.resolve("hub").resolve(model.repository().replace("/", "--"));
    }

    private static Optional<String> present(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }
}
