package io.attend;

import io.attend.architecture.Architecture;
import io.attend.checkpoint.Atomic;
import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.checkpoint.TensorFile;
import io.attend.generation.Decoding;
import io.attend.generation.TextModel;
import io.attend.generation.Writing;
import io.attend.huggingface.Pretrained;
import io.attend.model.RunModel;
import io.attend.model.Transformer;
import io.attend.task.Embed;
import io.attend.task.Task;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A trained model from a run folder or a Hugging Face one, ready for tasks.
///
///     try (Attend model = Attend.load(Path.of("runs/shakespeare"))) {
///         model.generate("O Romeo", Sampling.temperature(0.8).topP(0.95).limit(200), System.out::print);
///         float[] vector = model.embed("attention is all you need");
///         List<Classify.Label> labels = model.run(new Classify(5, Excess.CUT), "a text");
///     }
///
/// Threads may share it.
public final class Attend implements AutoCloseable {
    private final TextModel text;

    private Attend(TextModel text) {
        this.text = text;
    }

    /// Loads a run folder, its architecture, its tokenizer and its weights; a folder as Hugging Face has it,
    /// with `config.json`, any tokenizer that [Tokenizer#load] reads, and `generation_config.json` where there
    /// is one; or a GGUF file. Large weights stay mapped from their file. Of a run that has not finished it
    /// takes the newest checkpoint.
    ///
    /// @throws CheckpointException naming the file and what is wrong with it
    public static Attend load(Path folder) {
        return new Attend(TextModel.load(folder));
    }

    /// The model of a folder alone, without its tokenizer.
    ///
    /// @throws CheckpointException naming the file and what is wrong with it
    public static Transformer weights(Path folder) {
        if (Pretrained.isOne(folder)) {
            return Pretrained.load(folder).model();
        }
        return RunModel.load(RunFolder.open(folder));
    }

    /// Reads an `architecture.json`.
    ///
    /// @throws CheckpointException naming the file and the place in it
    public static Architecture architecture(Path file) {
        return RunModel.architecture(file);
    }

    /// The answer to a task about one text, or about as many as the task asks for, such as question and
    /// context.
    ///
    /// @throws IllegalArgumentException if the model cannot do it, saying what it can, or the input is none
    public <A> A run(Task<A> task, String... texts) {
        return runAll(task, List.of(List.of(texts))).getFirst();
    }

    /// The answers to a task about several inputs, which are read together.
    public <A> List<A> runAll(Task<A> task, List<List<String>> inputs) {
        return task.answers(text, inputs);
    }

    /// What follows a prompt, or what an encoder-decoder writes about a text, as the model's own settings say.
    public String generate(String prompt) {
        return text.write(List.of(prompt), Writing.usual()).getFirst();
    }

    public String generate(String prompt, Decoding decoding) {
        return text.write(List.of(prompt), decoding).getFirst();
    }

    /// The same, told as it is written; never half a character.
    public void generate(String prompt, Decoding decoding, Consumer<String> told) {
        text.write(prompt, Writing.by(decoding), told);
    }

    /// A text as one vector: as a Sentence Transformers folder says, otherwise the mean of its tokens' vectors.
    public float[] embed(String input) {
        return run(Embed.EXAMPLE, input);
    }

    /// Writes a run folder of it: its architecture, its tokenizer, its labels if it has some, how it reads and
    /// writes texts if it was not trained here, and its weights in the type they have.
    ///
    /// @throws CheckpointException if it cannot be written
    public void save(Path folder) {
        RunFolder run = RunFolder.create(folder);
        Atomic.text(run.architecture(), model().architecture().toJson());
        Atomic.text(run.tokenizer(), text.tokenizer().toJson());
        text.settings().save(run);
        try (Lifetime _ = Lifetime.open()) {
            Map<String, Tensor> numbers = new LinkedHashMap<>();
            model().saved().forEach(parameter -> numbers.put(parameter.name(), parameter.tensor()));
            TensorFile.write(run.model(), numbers);
        }
    }

    public Transformer model() {
        return text.model();
    }

    public TextModel text() {
        return text;
    }

    @Override
    public void close() {
        model().close();
    }
}
