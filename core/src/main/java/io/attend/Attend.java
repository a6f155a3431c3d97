package io.attend;

import io.attend.architecture.Architecture;
import io.attend.checkpoint.Checkpoint;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.generation.TextModel;
import io.attend.huggingface.Pretrained;
import io.attend.model.Transformer;
import io.attend.task.Task;
import io.attend.tensor.Device;
import io.attend.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A trained model from a run folder or a Hugging Face one, ready for tasks.
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

    /// Loads a run folder, its architecture, its tokenizer and its weights, or a folder as Hugging Face has
    /// it, with
    /// `config.json`, or a GGUF file. Large weights stay mapped from their file. Of a run that has not
    /// finished it
    /// takes the newest checkpoint.
    ///
    /// @throws CheckpointException naming the file and what is wrong with it
    public static Attend load(Path folder) {
        Transformer model = weights(folder);
        try {
            Path json = folder.resolve("tokenizer.json");
            return new Attend(model, Tokenizer.load(Files.isRegularFile(json) ? json : folder));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /// The model of a folder alone, without its tokenizer.
    ///
    /// @throws CheckpointException naming the file and what is wrong with it
    public static Transformer weights(Path folder) {
        if (Pretrained.isOne(folder)) {
            return Pretrained.load(folder).model();
        }
        RunFolder run = RunFolder.open(folder);
        Path weights =
                Files.exists(run.model()) ? folder : run.newest().orElseThrow().folder();
        return Transformer.load(architecture(run.architecture()), Checkpoint.open(weights), Device.CPU);
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
