package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.checkpoint.RunFolder;
import io.attend.checkpoint.TensorFile;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import io.attend.training.report.Metrics;
import io.attend.training.report.MetricsLog;
import io.attend.training.report.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelectionTest {
    /// A rate that is far too high, so that the loss goes up and down.
    private static final String TINY = """
            data: {type: DateExamples, training: 131, heldOut: 37}
            model: {type: Transformer2017, layers: 1, width: 8, heads: 2, hidden: 11, dropout: 0.1}
            schedule: {type: Constant, rate: 0.1}
            steps: 40
            batch: 13
            threads: 1
            evaluateEvery: 5
            checkpointEvery: 20
            keepCheckpoints: 1
            """;

    @TempDir
    Path folder;

    @Test
    void theBestIsTheFirstOfTheLowestOrHighest() {
        Selection.Built lowest = choosing(BestStep.Wanted.LOWEST, OptionalInt.empty(), Double.NaN, 3, 2, 5, 2, 7, 7, 7);
        assertThat(lowest.kept()).hasValue(3);
        assertThat(lowest.chosen(List.of(1L, 3L, 8L))).containsExactly(3L);
        assertThat(lowest.enough()).isFalse();
        assertThat(choosing(BestStep.Wanted.HIGHEST, OptionalInt.empty(), 3, 2, 5, Double.NaN, 5)
                        .kept())
                .hasValue(3);
    }

    @Test
    void patienceEndsAfterSoManyInARowThatAreNotBetter() {
        OptionalInt three = OptionalInt.of(3);
        assertThat(choosing(BestStep.Wanted.LOWEST, three, 3, 4, 5, 2, 4, 2).enough())
                .isFalse();
        assertThat(choosing(BestStep.Wanted.LOWEST, three, 3, 4, 5, 2, 4, 2, Double.NaN)
                        .enough())
                .isTrue();
    }

    @Test
    void otherMeasuresDoNotCount() {
        Selection.Built choosing = new BestStep("loss", BestStep.Wanted.LOWEST, OptionalInt.of(1)).build();
        choosing.measured(1, Map.of("loss", 3.0));
        choosing.measured(2, Map.of("accuracy", 9.0));
        assertThat(choosing.enough()).isFalse();
    }

    private static Selection.Built choosing(BestStep.Wanted wanted, OptionalInt patience, double... losses) {
        Selection.Built choosing = new BestStep("loss", wanted, patience).build();
        for (int i = 0; i < losses.length; i++) {
            choosing.measured(i + 1, Map.of("loss", losses[i]));
        }
        return choosing;
    }

    @Test
    void theModelHasTheWeightsOfTheStepThatDidBest() throws IOException {
        String best = "selection={type: BestStep, measure: loss, wanted: lowest}";
        Trainer.Outcome outcome = train("best", best);
        long step = bestOf("best", Metrics.LOSS, 1);
        assertThat(step).isLessThan(40); // or the test says nothing
        assertThat(outcome.chosen()).containsExactly(step);
        RunFolder run = RunFolder.open(folder.resolve("best"));
        assertThat(run.steps()).extracting(RunFolder.Step::number).containsExactly(step, 40L);
        assertThat(run.model())
                .hasSameBinaryContentAs(run.steps().getFirst().folder().resolve("model.safetensors"));
    }

    @Test
    void aRunEndsOnceItDoesNoBetterAndStaysEnded() throws IOException {
        String patient = "selection={type: BestStep, measure: loss, wanted: lowest, patience: 2}";
        Trainer.Outcome outcome = train("early", "steps=400", patient);
        long best = bestOf("early", Metrics.LOSS, 1);
        assertThat(outcome.steps()).isEqualTo(best + 2 * 5).isLessThan(400);
        assertThat(outcome.chosen()).containsExactly(best);
        assertThat(outcome.stopped()).isEmpty();
        assertThat(train("early", "steps=400", patient).steps()).isEqualTo(outcome.steps());
    }

    @Test
    void theBestByAMeasureOfTheObjective() throws IOException {
        Trainer.Outcome outcome =
                train("judged", "judgeEvery=10", "selection={type: BestStep, measure: exactMatch, wanted: highest}");
        assertThat(outcome.chosen()).containsExactly(bestOf("judged", "exactMatch", -1));
        assertThat(MetricsLog.read(folder.resolve("judged/metrics.jsonl")))
                .filteredOn(row -> row.number("exactMatch").isPresent())
                .extracting(Metrics::step)
                .containsExactly(10L, 20L, 30L, 40L);
        assertThatThrownBy(() -> train(
                        "unknown", "judgeEvery=10", "selection={type: BestStep, measure: accuracy, wanted: highest}"))
                .hasMessage(
                        "selection goes by accuracy, but what is measured is loss, exactMatch, bleu; name one of these");
    }

    @Test
    void theModelHasTheMeanOfTheLastCheckpoints() {
        Trainer.Outcome outcome = train(
                "mean", "checkpointEvery=7", "keepCheckpoints=3", "selection={type: CheckpointMean, checkpoints: 3}");
        assertThat(outcome.chosen()).containsExactly(28L, 35L, 40L);
        try (Lifetime _ = Lifetime.open()) {
            Map<String, Tensor> model = TensorFile.read(folder.resolve("mean/model.safetensors"));
            List<Map<String, Tensor>> saved = RunFolder.open(folder.resolve("mean")).steps().stream()
                    .map(step -> TensorFile.read(step.folder().resolve("model.safetensors")))
                    .toList();
            model.forEach((name, tensor) -> {
                float[] found = tensor.toFloats();
                for (int i = 0; i < found.length; i++) {
                    double sum = 0;
                    for (Map<String, Tensor> one : saved) {
                        sum += one.get(name).toFloats()[i];
                    }
                    assertThat((double) found[i]).as(name).isCloseTo(sum / 3, within(1e-6));
                }
            });
        }
    }

    @Test
    void whatCannotBeChosenIsRefused() {
        assertThatThrownBy(() -> train("few", "selection={type: CheckpointMean, checkpoints: 3}"))
                .hasMessage("$: selection takes the last 3 checkpoints, but keepCheckpoints is 1; make it at least 3");
        assertThatThrownBy(
                        () -> train("unmeasured", "selection={type: BestStep, measure: exactMatch, wanted: highest}"))
                .hasMessage("$: selection goes by exactMatch, which is measured every judgeEvery steps, and that is"
                        + " missing; give it, or go by loss");
    }

    /// By the rows of the metrics.
    private long bestOf(String run, String measure, int sign) throws IOException {
        return MetricsLog.read(folder.resolve(run).resolve("metrics.jsonl")).stream()
                .filter(row -> row.split() == Metrics.Split.VALIDATION
                        && row.number(measure).isPresent())
                .min(Comparator.comparingDouble(
                        row -> sign * row.number(measure).orElseThrow()))
                .orElseThrow()
                .step();
    }

    private Trainer.Outcome train(String name, String... overrides) {
        return new Trainer(
                        Recipe.parse(TINY, List.of(overrides)),
                        RunFolder.create(folder.resolve(name)),
                        Progress.silent())
                .run();
    }
}
