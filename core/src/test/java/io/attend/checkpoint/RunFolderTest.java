package io.attend.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.checkpoint.RunFolder.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    private Path folder;

    private Path path;

    @BeforeEach
    void path() {
        path = folder.resolve("runs").resolve("quickstart");
    }

    private static void save(RunFolder run, long... steps) {
        LongStream.of(steps)
                .forEach(step -> run.save(
                        step, partial -> Atomic.text(partial.resolve("model.safetensors"), "weights of step " + step)));
    }

    private static List<Long> numbers(RunFolder run) {
        return run.steps().stream().map(Step::number).toList();
    }

    @Test
    void hasAPlaceForEverythingByName() {
        RunFolder run = RunFolder.create(path);
        assertThat(List.of(
                        run.recipe(),
                        run.architecture(),
                        run.tokenizer(),
                        run.model(),
                        run.metrics(),
                        run.report(),
                        run.checkpoints()))
                .containsExactly(
                        path.resolve("recipe.yaml"),
                        path.resolve("architecture.json"),
                        path.resolve("tokenizer.json"),
                        path.resolve("model.safetensors"),
                        path.resolve("metrics.jsonl"),
                        path.resolve("report.html"),
                        path.resolve("checkpoints"));
        assertThat(run.path()).isEqualTo(path);
    }

    @Test
    void isMadeWithItsParents() {
        assertThat(RunFolder.create(path).checkpoints()).isEmptyDirectory();
    }

    @Test
    void isTakenOverFromAnEarlierRun() {
        RunFolder run = RunFolder.create(path);
        Atomic.text(run.recipe(), "model: small");
        save(run, 7);
        RunFolder again = RunFolder.create(path);
        assertThat(again.recipe()).hasContent("model: small");
        assertThat(numbers(again)).containsExactly(7L);
    }

    @Test
    void isTakenOverFromARunKilledBeforeItsFirstFile() throws IOException {
        RunFolder.create(path);
        Files.writeString(path.resolve(".recipe.yaml.0123456789abcdef.partial"), "mod");
        RunFolder.create(path);
        assertThat(HandMade.namesIn(path)).containsExactly("checkpoints");
    }

    @Test
    void isNotMadeInAFolderOfOtherThings() throws IOException {
        Files.createDirectories(path);
        Files.writeString(path.resolve("model.safetensors"), "somebody's only copy");
        assertThatThrownBy(() -> RunFolder.create(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path + ": is not empty and no run folder, for it has neither recipe.yaml nor"
                        + " architecture.json: choose another folder or empty this one");
        assertThat(HandMade.namesIn(path)).containsExactly("model.safetensors");
    }

    @Test
    void isNotMadeInPlaceOfAFile() throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, "a file");
        assertThatThrownBy(() -> RunFolder.create(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path + ": cannot be written: not a folder: " + path);
    }

    @Test
    void opensWhenItHasAnArchitectureAndWeights() {
        RunFolder run = RunFolder.create(path);
        Atomic.text(run.architecture(), "{}");
        Atomic.text(run.model(), "weights");
        assertThat(RunFolder.open(path).model()).hasContent("weights");
    }

    @Test
    void opensWhenItHasAnArchitectureAndACheckpoint() {
        RunFolder run = RunFolder.create(path);
        Atomic.text(run.architecture(), "{}");
        save(run, 5);
        assertThat(RunFolder.open(path).newest()).contains(new Step(5, path.resolve("checkpoints/step-000005")));
    }

    @Test
    void saysThatTheArchitectureIsMissing() {
        RunFolder.create(path);
        assertThatThrownBy(() -> RunFolder.open(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path
                        + ": holds no model: neither architecture.json, as a run folder has it, nor config.json, as"
                        + " Hugging Face's have it, nor a GGUF file; name the folder that has one");
    }

    @Test
    void saysThatTheWeightsAreMissing() {
        Atomic.text(RunFolder.create(path).architecture(), "{}");
        assertThatThrownBy(() -> RunFolder.open(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path + ": has neither model.safetensors nor a checkpoint under checkpoints/: its training"
                        + " was stopped before the first; train it again");
    }

    @Test
    void saysThatThereIsNothing() {
        assertThatThrownBy(() -> RunFolder.open(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(path + ": no such folder");
    }

    @Test
    void listsCheckpointsByStepNotByName() {
        RunFolder run = RunFolder.create(path);
        assertThat(run.newest()).isEmpty();
        save(run, 1_000_000, 999_999, 123, 0);
        assertThat(numbers(run)).containsExactly(0L, 123L, 999_999L, 1_000_000L);
        assertThat(run.newest()).contains(new Step(1_000_000, path.resolve("checkpoints/step-1000000")));
        assertThat(path.resolve("checkpoints/step-000123/model.safetensors")).hasContent("weights of step 123");
    }

    @Test
    void refusesACheckpointWithoutWeights() {
        RunFolder run = RunFolder.create(path);
        assertThatThrownBy(() -> run.save(3, partial -> Atomic.text(partial.resolve("state.json"), "{}")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the checkpoint of step 3 has no model.safetensors");
        assertThat(run.checkpoints()).isEmptyDirectory();
    }

    @Test
    void refusesACheckpointOfAStepThatHasOne() {
        RunFolder run = RunFolder.create(path);
        save(run, 3);
        Path existing = path.resolve("checkpoints/step-000003");
        assertThatThrownBy(() -> save(run, 3))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(existing + ": cannot be written: it exists already: " + existing);
        assertThat(existing.resolve("model.safetensors")).hasContent("weights of step 3");
    }

    @Test
    void refusesNegativeSteps() {
        RunFolder run = RunFolder.create(path);
        assertThatThrownBy(() -> save(run, -1)).hasMessage("step -1 is negative");
    }

    @Test
    void keepsTheLast() {
        RunFolder run = RunFolder.create(path);
        save(run, 2, 3, 5, 7, 11);
        run.keepLast(2);
        assertThat(numbers(run)).containsExactly(7L, 11L);
        run.keepLast(5);
        assertThat(numbers(run)).containsExactly(7L, 11L);
        run.keepLast(1);
        run.keepLast(1);
        assertThat(numbers(run)).containsExactly(11L);
    }

    @Test
    void neverDeletesTheOnlyOne() {
        RunFolder run = RunFolder.create(path);
        save(run, 2);
        assertThatThrownBy(() -> run.keepLast(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot keep 0 checkpoints; keep at least 1");
        assertThat(numbers(run)).containsExactly(2L);
    }

    /// What a killed writer, a killed deletion and a person may leave under `checkpoints`.
    @Test
    void ignoresWhatIsNotAWholeCheckpoint() throws IOException {
        RunFolder run = RunFolder.create(path);
        save(run, 5);
        Path half = Files.createDirectory(run.checkpoints().resolve(".step-000007.0123456789abcdef.partial"));
        Files.writeString(half.resolve("model.safetensors"), "hal");
        Files.createDirectory(run.checkpoints().resolve("step-000011")); // no weights
        for (String name : List.of("step-13", "step-0000017", "step-000019.bak", "best")) {
            Path other = Files.createDirectory(run.checkpoints().resolve(name));
            Files.writeString(other.resolve("model.safetensors"), "not by that name");
        }
        assertThat(numbers(run)).containsExactly(5L);
        run.keepLast(1);
        assertThat(numbers(run)).containsExactly(5L);

        RunFolder.create(path);
        assertThat(HandMade.namesIn(run.checkpoints()))
                .containsExactly("best", "step-0000017", "step-000005", "step-000011", "step-000019.bak", "step-13");
    }
}
