package io.attend.huggingface;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The folders under `src/test/resources/hf`, as Hugging Face's own classes wrote them, with what those
/// compute. A folder put there is tested.
public final class Fixtures {
    private static final Path ROOT = Path.of("src", "test", "resources", "hf");

    private Fixtures() {}

    public static List<Path> all() {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.sorted().toList();
        } catch (IOException e) {
            throw new IllegalStateException("run the tests in the folder of their module", e);
        }
    }

    public static Path folder(String name) {
        return ROOT.resolve(name);
    }

    /// A copy whose `config.json` may be changed.
    static Path copy(String name, Path into) throws IOException {
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(folder(name).resolve(file), into.resolve(file));
        }
        return into;
    }

    static void replace(Path folder, String text, String by) throws IOException {
        Path file = folder.resolve("config.json");
        String before = Files.readString(file);
        if (!before.contains(text)) {
            throw new IllegalArgumentException(file + " does not contain " + text);
        }
        Files.writeString(file, before.replace(text, by));
    }
}
