package io.attend.model;

import io.attend.architecture.Architecture;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.tensor.Device;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The model that a run folder holds.
public final class RunModel {
    private static final long LARGEST = 16 << 20;

    private RunModel() {}

    /// Reads an `architecture.json`.
    ///
    /// @throws CheckpointException naming the file and the place in it
    public static Architecture architecture(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    file,
                    "no such file; name a model's folder (a run's, or one with config.json), a GGUF file or an"
                            + " architecture.json");
        }
        try {
            if (Files.size(file) > LARGEST) {
                throw new CheckpointException(file, "has " + Files.size(file) + " bytes; no architecture is that long");
            }
            return Architecture.parse(Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file, "is not a text file in UTF-8; an architecture is JSON", e);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), e);
        }
    }

    /// The model with its weights, or where they are not finished those of the newest checkpoint. Large files
    /// stay mapped.
    ///
    /// @throws CheckpointException naming the file and what is wrong with it
    public static Transformer load(RunFolder run) {
        Path weights = Files.exists(run.model())
                ? run.model().getParent()
                : run.newest().orElseThrow().folder();
        return Transformer.load(architecture(run.architecture()), Checkpoint.open(weights), Device.CPU);
    }
}
