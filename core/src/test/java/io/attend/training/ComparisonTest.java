package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.checkpoint.CheckpointException;
import io.attend.checkpoint.RunFolder;
import io.attend.training.report.Chart;
import io.attend.training.report.Curve;
import io.attend.training.report.Progress;
import io.attend.training.report.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
    private static final String TINY = """
            data: {type: DateExamples, training: 131, heldOut: 7}
            model: {type: Transformer2017, layers: 1, width: 8, heads: 2, hidden: 11, dropout: 0.1}
            schedule: {type: Constant, rate: 0.01}
            steps: 20
            batch: 13
            threads: 1
            reportEvery: 5
            evaluateEvery: 10
            judgeEvery: 20
            """;

    @TempDir
    Path folder;

    @Test
    void runsAreDrawnOverEachOtherAndTheirRecipesCompared() throws Exception {
        train("one");
        train("two", "model.hidden=17", "precision=BFloat16", "steps=25");
        train("stopped", "steps=20");
        Files.delete(folder.resolve("stopped/outcome.json"));
        Comparison comparison =
                Comparison.of(List.of(folder.resolve("one"), folder.resolve("two"), folder.resolve("stopped")));
        assertThat(comparison.differences())
                .isEqualTo(new Table(
                        "What the recipes differ in",
                        List.of("", "one", "two", "stopped"),
                        List.of(
                                List.of("model.hidden", "11", "17", "11"),
                                List.of("steps", "20", "25", "20"),
                                List.of("precision", "Float32", "BFloat16", "Float32"))));
        List<List<String>> outcomes = comparison.outcomes().rows();
        assertThat(outcomes.getFirst()).startsWith("exact match", "0.0%");
        assertThat(outcomes).contains(List.of("steps", "20", "25", "20, unfinished"));
        assertThat(outcomes).extracting(List::getFirst).contains("lowest validation loss", "parameters", "seconds");
        List<Chart> charts = comparison.charts();
        assertThat(charts).extracting(Chart::name).startsWith("validation loss", "training loss", "learning rate");
        assertThat(charts.getFirst().curves()).extracting(Curve::name).containsExactly("one", "two", "stopped");
        Curve two = charts.getFirst().curves().get(1);
        assertThat(two.x()).containsExactly(10, 20, 25);
        assertThat(two.seconds()).hasSize(3).isSorted();
        assertThat(comparison.report().html()).contains("What the recipes differ in");
    }

    /// The clock goes on where the process before left it.
    @Test
    void secondsOfAResumedRunGoOn() throws Exception {
        train("resumed", "steps=10");
        train("resumed");
        Path run = folder.resolve("resumed");
        assertThat(Comparison.of(List.of(run, run))
                        .charts()
                        .get(1)
                        .curves()
                        .getFirst()
                        .seconds())
                .hasSize(4)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void whatCannotBeComparedIsNamed() throws Exception {
        train("one");
        Path one = folder.resolve("one");
        assertThatThrownBy(() -> Comparison.of(List.of(one))).hasMessage("give at least two runs to compare, not 1");
        assertThatThrownBy(() -> Comparison.of(List.of(one, folder.resolve("none"))))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder.resolve("none") + ": no such folder");
        Files.writeString(one.resolve("outcome.json"), "{");
        assertThatThrownBy(() -> Comparison.of(List.of(one, one)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(one + ": cannot be compared: ")
                .hasMessageNotContaining("\n");
    }

    private void train(String name, String... overrides) {
        new Trainer(Recipe.parse(TINY, List.of(overrides)), RunFolder.create(folder.resolve(name)), Progress.silent())
                .run();
    }
}
