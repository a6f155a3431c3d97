package io.attend.huggingface;

import io.attend.checkpoint.CheckpointException;
import io.attend.tensor.DType;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The tensors of a model on disk under Hugging Face's names, and the configuration that goes with them: a
/// folder with `config.json`, or a GGUF file.
sealed interface Stored permits StoredFolder, StoredGguf {
    /// A tensor as it is handed out.
    record Form(DType dtype, Shape shape) {}

    /// The folder or file, as messages call it.
    Path path();

    /// What messages call the configuration.
    String source();

    /// Every tensor there is.
    Map<String, Form> forms();

    /// A tensor by its name there, mapped where possible. Belongs to the innermost lifetime.
    Tensor tensor(String name);

    /// Whether two tensors of one shape are the same, bit for bit.
    boolean areEqual(String name, String other);

    /// Says that a tensor will be copied now, in another order than it is stored in.
    void prefetch(String name);

    /// Says that a tensor was copied: its pages need not stay in memory.
    void release(String name);

    /// How large they are in all, as they are handed out.
    default long bytes() {
        return forms().values().stream()
                .mapToLong(form -> form.shape.count() * form.dtype.bytes())
                .sum();
    }

    /// The GGUF file that `path` is, or that is the one model in the folder `path`.
    ///
    /// @throws CheckpointException if a folder has several and nothing else
    static Optional<Path> gguf(Path path) {
        if (Files.isRegularFile(path)) {
            return isGguf(path) ? Optional.of(path) : Optional.empty();
        }
        if (!Files.isDirectory(path) || StoredFolder.hasWeights(path)) {
            return Optional.empty();
        }
        try (Stream<Path> inside = Files.list(path)) {
            List<Path> files = inside.filter(Stored::isGguf).sorted().toList();
            if (files.size() > 1) {
                throw new CheckpointException(
                        path,
                        "holds " + files.size() + " GGUF files; name one: "
                                + String.join(
                                        ", ", files.stream().map(Path::toString).toList()));
            }
            return files.stream().findFirst();
        } catch (IOException e) {
            throw new CheckpointException(path, "cannot be listed: " + e.getMessage(), e);
        }
    }

    private static boolean isGguf(Path file) {
        return file.getFileName().toString().endsWith(".gguf");
    }

    /// The configuration of a folder or a file; looks at no weights.
    static Config config(Path path) {
        return gguf(path).map(file -> new StoredGguf(file).config()).orElseGet(() -> Config.of(path));
    }
}
