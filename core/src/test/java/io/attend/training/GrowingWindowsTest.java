package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Inputs;
import io.attend.checkpoint.RunFolder;
import io.attend.embedding.Tokens;
import io.attend.objective.Batch;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.training.report.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingWindowsTest {
    @Test
    void windowsDoubleUntilTheyAreWhole() {
        GrowingWindows growing = new GrowingWindows(3, 90);
        assertThat(LongStream.of(0, 29, 30, 59, 60, 89, 90, 1000).map(step -> growing.length(step, 23)))
                .containsExactly(3L, 3L, 6L, 6L, 12L, 12L, 23L, 23L);
        assertThat(new GrowingWindows(23, 7).length(0, 23)).isEqualTo(23);
        assertThat(new GrowingWindows(31, 7).length(0, 23)).isEqualTo(23);
    }

    /// Each answer is still the token behind its own, and no token is read twice.
    @Test
    void aWindowIsCutSideBySide() {
        try (Lifetime _ = Lifetime.open()) {
            Tensor read = Tensor.of(LongStream.range(0, 14).toArray(), 2, 7);
            Tensor follows = Tensor.of(LongStream.range(1, 15).toArray(), 2, 7);
            Batch cut = new GrowingWindows(3, 10).cut(new Batch(Inputs.of(Tokens.of(read)), follows, 14, 14), 0);
            Tokens tokens = (Tokens) cut.inputs().source();
            assertThat(tokens.rows()).isDeepEqualTo(new int[][] {{0, 1, 2}, {3, 4, 5}, {7, 8, 9}, {10, 11, 12}});
            assertThat(cut.answers().toLongs()).containsExactly(1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13);
            assertThat(cut.answers().shape()).isEqualTo(tokens.ids().shape());
            assertThat(cut.answered()).isEqualTo(12);
            assertThat(cut.tokens()).isEqualTo(12);
        }
    }

    @TempDir
    Path folder;

    @Test
    void aRunOfGrowingWindowsAndACurriculumLearns() throws Exception {
        Path text = Files.writeString(folder.resolve("text.txt"), "to be or not to be, that is it. ".repeat(60));
        String recipe = """
                model: {type: Gpt, layers: 1, width: 16, heads: 2, dropout: 0}
                objective: {type: NextToken, length: 24}
                schedule: {type: Constant, rate: 0.01}
                windows: {start: 3, steps: 30}
                curriculum: {start: 0.5, steps: 10}
                steps: 50
                batch: 5
                threads: 1
                """ + "data: {type: TextFile, path: '" + text + "'}\n";
        Trainer.Outcome outcome = new Trainer(
                        Recipe.parse(recipe, List.of()), RunFolder.create(folder.resolve("run")), Progress.silent())
                .run();
        assertThat(outcome.measures().get("perplexity")).isLessThan(8); // 18 tokens: 18 untrained
        assertThatThrownBy(() -> new Trainer(
                                Recipe.parse(
                                        recipe,
                                        List.of(
                                                "data={type: DateExamples, training: 131, heldOut: 7}",
                                                "objective=TeacherForcing",
                                                "model={type: Transformer2017, layers: 1, width: 8, heads: 2, hidden: 11, dropout: 0}")),
                                RunFolder.create(folder.resolve("dates")),
                                Progress.silent())
                        .run())
                .hasMessageStartingWith("windows grow where every example is a whole window of text");
    }
}
