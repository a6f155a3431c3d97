package io.attend.tokenizer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/// Public test data that lies beside the project, not in it: `shared/data`, in this folder or one above.
public final class SharedData {
    private SharedData() {}

    /// A file of the data; the test is skipped, saying so, when it is missing.
    public static Path file(String name) {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("shared/data").resolve(name))) {
            folder = folder.getParent();
        }
        assumeTrue(folder != null, "shared/data/" + name + " is missing: skipped");
        return folder.resolve("shared/data").resolve(name);
    }

    /// The text of a file, unpacked if it is packed.
    public static String text(String name) {
        try (InputStream in = Files.newInputStream(file(name));
                InputStream unpacked = name.endsWith(".gz") ? new GZIPInputStream(in) : in) {
            return new String(unpacked.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
