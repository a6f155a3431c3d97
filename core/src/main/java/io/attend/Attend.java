package io.attend;

import io.attend.architecture.Architecture;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.generation.TextModel;
import io.attend.model.Transformer;
import io.attend.task.Task;
import io.attend.tensor.Device;
import io.attend.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A trained model from a run folder, ready for tasks.
///
///     try (Attend model = Attend.load(Path.of("runs/quickstart"))) {
///         System.out.println(model.run(new ReadDate(), "5. März 2024"));      // 2024-03-05
///     }
///
/// Threads may share it.
public final class Attend implements AutoCloseable {
    private static final long LARGEST = 16 << 20;

    private final Transformer model;
    private final TextModel text;

    private Attend(Transformer model, Tokenizer tokenizer) {
        this.model = model;
        this.text = new TextModel(model, tokenizer);
    }

    /// Loads a run folder: its architecture, its tokenizer and its weights, which stay mapped from their file. Of
    /// a run that has not finished it takes the newest checkpoint.
    ///
    /// @throws CheckpointException naming the file and what is wrong with it
    public static Attend load(Path folder) {
        RunFolder run = RunFolder.open(folder);
        Architecture architecture = architecture(run.architecture());
        Tokenizer tokenizer = Tokenizer.load(run.tokenizer());
        Path weights =
                Files.exists(run.model()) ? folder : run.newest().orElseThrow().folder();
        Transformer model = Transformer.load(architecture, Checkpoint.open(weights), Device.CPU);
        try {
            return new Attend(model, tokenizer);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /// Reads an `architecture.json`.
    ///
    /// @throws CheckpointException naming the file and the place in it
    public static Architecture architecture(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file, "no such file; name a run folder or an architecture.json");
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

    /// The answer to a task.
    public String run(Task task, String input) {
        return task.answer(text, input);
    }

    public Transformer model() {
        return model;
    }

    public TextModel text() {
        return text;
    }

    @Override
    public void close() {
        model.close();
    }
}
