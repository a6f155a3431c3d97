package io.attend.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a training run keeps what it makes, each thing under its name:
///
///     recipe.yaml          what was asked for
///     architecture.json    the model as a value
///     tokenizer.json       from text to tokens and back
///     labels.json          what a classifier calls what it tells apart
///     text.json            how a model that was not trained here reads texts; and how it writes them,
///                          generation_config.json
///     model.safetensors    the weights
///     metrics.jsonl        a line per report, appended while training
///     outcome.json         what the finished model came to
///     report.html          the run for people to read
///     checkpoints/         step-000123/ and so on, each with all it takes to go on from that step
///
/// A reader, or the next start of a run killed at any instant, finds whole checkpoints only; the files are to
/// be written with [Atomic] for the same reason. One process at a time may write to a run folder.
public final class RunFolder {
    private static final Pattern STEP = Pattern.compile("step-(\\d{6,18})");

    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
    }

    /// A complete checkpoint.
    public record Step(long number, Path folder) {}

    /// The run folder at `path`, to write to: made if it does not exist, taken over from an earlier run, whose
    /// killed writers' leftovers are deleted, if it does.
    ///
    /// @throws CheckpointException if a file or a folder with other things in it is there
    public static RunFolder create(Path path) {
        RunFolder run = new RunFolder(path);
        try {
            if (Files.exists(path) && !run.isOurs()) {
                throw new CheckpointException(
                        path,
                        "is not empty and no run folder, for it has neither recipe.yaml nor architecture.json:"
                                + " choose another folder or empty this one");
            }
            Files.createDirectories(run.checkpoints());
        } catch (IOException e) {
            throw CheckpointException.unwritable(path, e);
        }
        Atomic.sweep(path);
        Atomic.sweep(run.checkpoints());
        return run;
    }

    /// The run folder at `path`, to read from: it has an architecture, and weights finished or in a checkpoint.
    ///
    /// @throws CheckpointException if `path` is no such folder, saying what is missing
    public static RunFolder open(Path path) {
        RunFolder run = new RunFolder(path);
        if (!Files.isDirectory(path)) {
            throw new CheckpointException(path, Files.exists(path) ? "is not a folder" : "no such folder");
        }
        if (!Files.isRegularFile(run.architecture())) {
            throw new CheckpointException(
                    path,
                    "holds no model: neither architecture.json, as a run folder has it, nor config.json, as Hugging"
                            + " Face's have it, nor a GGUF file; name the folder that has one");
        }
        if (!Files.isRegularFile(run.model()) && run.steps().isEmpty()) {
            throw new CheckpointException(
                    path,
                    "has neither model.safetensors nor a checkpoint under checkpoints/:"
                            + " its training was stopped before the first; train it again");
        }
        return run;
    }

    public Path path() {
        return path;
    }

    public Path recipe() {
        return path.resolve("recipe.yaml");
    }

    public Path architecture() {
        return path.resolve("architecture.json");
    }

    public Path tokenizer() {
        return path.resolve("tokenizer.json");
    }

    /// The names of the labels that a classifier tells apart, in their order; only classifiers' runs have it.
    public Path labels() {
        return path.resolve("labels.json");
    }

    /// How a model that was not trained here reads texts; only run folders of such have it.
    public Path text() {
        return path.resolve("text.json");
    }

    public Path model() {
        return path.resolve(Checkpoint.SINGLE);
    }

    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    /// What the finished run came to, as JSON.
    public Path outcome() {
        return path.resolve("outcome.json");
    }

    public Path report() {
        return path.resolve("report.html");
    }

    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    /// Writes the checkpoint of a step: `body` fills an empty folder, which becomes `checkpoints/step-000123`
    /// when all in it is on disk.
    ///
    /// @throws CheckpointException if it cannot be written or exists already
    /// @throws IllegalStateException if `body` does not write `model.safetensors`
    public Step save(long step, Atomic.Body<Path> body) {
        Path folder = checkpoints().resolve(name(step));
        Atomic.folder(folder, partial -> {
            body.write(partial);
            if (!hasWeights(partial)) {
                throw new IllegalStateException("the checkpoint of step " + step + " has no " + Checkpoint.SINGLE);
            }
        });
        return new Step(step, folder);
    }

    /// The complete checkpoints, oldest step first.
    public List<Step> steps() {
        if (!Files.isDirectory(checkpoints())) {
            return List.of();
        }
        try {
            return Atomic.children(checkpoints()).stream()
                    .flatMap(child -> step(child).stream())
                    .sorted(Comparator.comparingLong(Step::number))
                    .toList();
        } catch (IOException e) {
            throw CheckpointException.unreadable(checkpoints(), e);
        }
    }

    /// The complete checkpoint of the latest step.
    public Optional<Step> newest() {
        return steps().stream().reduce((earlier, later) -> later);
    }

    /// Deletes all checkpoints but those of the last `count` steps and, if there is one, of the step `best`.
    ///
    /// @throws IllegalArgumentException if `count` is less than 1: a run keeps its newest checkpoint
    public void keepLast(int count, OptionalLong best) {
        if (count < 1) {
            throw new IllegalArgumentException("cannot keep " + count + " checkpoints; keep at least 1");
        }
        List<Step> steps = steps();
        steps.subList(0, Math.max(0, steps.size() - count)).stream()
                .filter(step -> best.isEmpty() || step.number() != best.getAsLong())
                .forEach(step -> Atomic.delete(step.folder()));
    }

    /// Deletes all checkpoints but those of the last `count` steps.
    public void keepLast(int count) {
        keepLast(count, OptionalLong.empty());
    }

    /// Whether nothing but a run put here what is here.
    private boolean isOurs() throws IOException {
        if (Files.exists(recipe()) || Files.exists(architecture())) {
            return true;
        }
        return Atomic.children(path).stream().allMatch(child -> child.equals(checkpoints()) || Atomic.isPartial(child));
    }

    private static Optional<Step> step(Path folder) {
        Matcher name = STEP.matcher(folder.getFileName().toString());
        if (!name.matches() || !hasWeights(folder)) {
            return Optional.empty();
        }
        long number = Long.parseLong(name.group(1));
        return name.group().equals(name(number)) ? Optional.of(new Step(number, folder)) : Optional.empty();
    }

    private static String name(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("step " + step + " is negative");
        }
        return String.format(Locale.ROOT, "step-%06d", step);
    }

    private static boolean hasWeights(Path folder) {
        return Files.isRegularFile(folder.resolve(Checkpoint.SINGLE));
    }
}
