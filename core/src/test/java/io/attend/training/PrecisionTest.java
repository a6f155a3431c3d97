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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a step is computed: in which precision, with what limits, keeping what, and averaged over steps.
class PrecisionTest {
    private static final String TINY = """
            data: {type: DateExamples, training: 131, heldOut: 37}
            model: {type: Transformer2017, layers: 2, width: 8, heads: 2, hidden: 11, dropout: 0.1}
            schedule: {type: Constant, rate: 0.01}
            steps: 7
            batch: 13
            threads: 1
            reportEvery: 1
            evaluateEvery: 5
            checkpointEvery: 1
            keepCheckpoints: 20
            """;

    @TempDir
    Path folder;

    @Test
    void mixedPrecisionLearnsNearlyTheSame() throws IOException {
        train("whole");
        train("mixed", "precision=BFloat16");
        List<Double> whole = column("whole", Metrics.LOSS);
        List<Double> mixed = column("mixed", Metrics.LOSS);
        assertThat(mixed).isNotEqualTo(whole).hasSameSizeAs(whole);
        for (int i = 0; i < whole.size(); i++) {
            assertThat(mixed.get(i)).isCloseTo(whole.get(i), within(0.02 * whole.get(i)));
        }
    }

    @Test
    void aScaledLossMovesTheWeightsAsThePlainOneDoes() throws IOException {
        train("plain", "precision=BFloat16", "model.dropout=0");
        train("scaled", "precision={type: BFloat16, scaling: {start: 1024, interval: 3}}", "model.dropout=0");
        List<Double> plain = column("plain", Metrics.LOSS);
        List<Double> scaled = column("scaled", Metrics.LOSS);
        for (int i = 0; i < plain.size(); i++) {
            assertThat(scaled.get(i)).isCloseTo(plain.get(i), within(1e-4));
        }
        assertThat(column("scaled", "lossScale"))
                .containsExactly(1024.0, 1024.0, 2048.0, 2048.0, 2048.0, 4096.0, 4096.0);
    }

    @Test
    void aStepWhoseScaledGradientOverflowsChangesNoWeight() throws IOException {
        train("over", "precision={type: BFloat16, scaling: {start: 1.0e+40, backoff: 0.00001}}", "steps=2");
        assertThat(column("over", Metrics.GRADIENT_NORM).getFirst())
                .satisfies(norm -> assertThat(Double.isFinite(norm)).isFalse());
        assertThat(column("over", "lossScale").getFirst()).isCloseTo(1e35, within(1e30));
        assertThat(weights("over", 1)).isEqualTo(initial());
        // from the checkpoint the factor goes on as it was, or it would overflow again
        train("over", "precision={type: BFloat16, scaling: {start: 1.0e+40, backoff: 0.00001}}", "steps=3");
        assertThat(column("over", Metrics.GRADIENT_NORM).getLast()).isFinite();
    }

    /// Weights before the first step.
    private Map<String, List<Float>> initial() {
        train("still", "schedule={type: Constant, rate: 1.0e-60}", "optimizer=Sgd", "steps=1");
        return weights("still", 1);
    }

    @Test
    void float16IsForOtherDevices() {
        assertThatThrownBy(() -> train("half", "precision=Float16"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("precision Float16 is for CUDA devices: a processor multiplies float16 tens of times slower"
                        + " than float32; take BFloat16 here");
    }

    @Test
    void theFactorFallsOnlySoFar() {
        LossScaling.Factor factor = new LossScaling.Factor(new LossScaling(0x1p-22, 2, 0.5, 3));
        assertThat(factor.step(false)).isTrue();
        assertThat(factor.step(false)).isTrue();
        assertThat(factor.step(false)).isFalse(); // below 2⁻²⁴
    }

    @Test
    void noNumberOfAGradientPassesTheLimit() throws IOException {
        String plain = "optimizer=Sgd";
        String rate = "schedule={type: Constant, rate: 1}";
        train("clipped", plain, rate, "clipValue=1.0e-4", "clip=1e30", "steps=1");
        train("free", plain, rate, "clip=1e30", "steps=1");
        assertThat(largestMove("clipped")).isCloseTo(1e-4, within(1e-6));
        assertThat(largestMove("free")).isGreaterThan(1e-2);
        assertThat(column("clipped", Metrics.GRADIENT_NORM)).isEqualTo(column("free", Metrics.GRADIENT_NORM));
    }

    private double largestMove(String run) {
        Map<String, List<Float>> before = initial();
        double largest = 0;
        for (Map.Entry<String, List<Float>> weight : weights(run, 1).entrySet()) {
            for (int i = 0; i < weight.getValue().size(); i++) {
                largest = Math.max(
                        largest,
                        Math.abs(weight.getValue().get(i)
                                - before.get(weight.getKey()).get(i)));
            }
        }
        return largest;
    }

    @Test
    void blocksComputedAgainTrainToTheSameBits() throws IOException {
        for (String precision : List.of("Float32", "BFloat16")) {
            Path text = java.nio.file.Files.writeString(folder.resolve("text.txt"), "to be or not to be. ".repeat(40));
            String[] gpt = {
                "data={type: TextFile, path: '" + text + "'}",
                "model={type: Gpt, layers: 3, width: 8, heads: 2, dropout: 0.1}",
                "objective={type: NextToken, length: 11}",
                "precision=" + precision
            };
            train("kept" + precision, gpt);
            String[] again = java.util.Arrays.copyOf(gpt, 5);
            again[4] = "recompute=true";
            train("again" + precision, again);
            assertThat(folder.resolve("again" + precision + "/model.safetensors"))
                    .hasSameBinaryContentAs(folder.resolve("kept" + precision + "/model.safetensors"));
        }
        // a memory gets its gradient from several blocks, in another order of summation
        train("kept");
        train("again", "recompute=true");
        List<Double> kept = column("kept", Metrics.LOSS);
        List<Double> again = column("again", Metrics.LOSS);
        for (int i = 0; i < kept.size(); i++) {
            assertThat(again.get(i)).isCloseTo(kept.get(i), within(1e-5));
        }
    }

    /// Against the definition, in float64, from the weights that were trained.
    @Test
    void theSavedModelIsTheMovingAverageOfTheWeights() {
        train("average", "movingAverage=0.5");
        Map<String, List<Float>> start = initial();
        for (String name : start.keySet()) {
            for (int i = 0; i < start.get(name).size(); i += 5) {
                double expected = start.get(name).get(i);
                for (int step = 1; step <= 7; step++) {
                    double decay = Math.min(0.5, (1.0 + step) / (10 + step));
                    double trained = state("average", step).get("raw." + name).get(i);
                    expected = decay * expected + (1 - decay) * trained;
                    assertThat((double) weights("average", step).get(name).get(i))
                            .as("%s after step %d", name, step)
                            .isCloseTo(expected, within(1e-6));
                }
            }
        }
        train("plain");
        assertThat(state("average", 7).get("raw.source.token.weight"))
                .isEqualTo(weights("plain", 7).get("source.token.weight"));
    }

    private final Map<String, Map<String, List<Float>>> read = new java.util.HashMap<>();

    private Map<String, List<Float>> weights(String run, long step) {
        return numbers(run, step, "model.safetensors");
    }

    private Map<String, List<Float>> state(String run, long step) {
        return numbers(run, step, "optimizer.safetensors");
    }

    private Map<String, List<Float>> numbers(String run, long step, String file) {
        Path path = folder.resolve(run)
                .resolve("checkpoints/step-%06d".formatted(step))
                .resolve(file);
        return read.computeIfAbsent(path.toString(), _ -> {
            Map<String, List<Float>> numbers = new java.util.TreeMap<>();
            try (Lifetime _ = Lifetime.open()) {
                for (Map.Entry<String, Tensor> entry : TensorFile.read(path).entrySet()) {
                    if (entry.getValue().dtype() == io.attend.tensor.DType.FLOAT32) {
                        List<Float> row = new java.util.ArrayList<>();
                        for (float number : entry.getValue().toFloats()) {
                            row.add(number);
                        }
                        numbers.put(entry.getKey(), row);
                    }
                }
            }
            return numbers;
        });
    }

    private List<Double> column(String run, String name) throws IOException {
        return MetricsLog.read(folder.resolve(run).resolve("metrics.jsonl")).stream()
                .filter(row -> row.split() == Metrics.Split.TRAINING)
                .map(row -> row.number(name).orElseThrow())
                .toList();
    }

    private void train(String name, String... overrides) {
        new Trainer(Recipe.parse(TINY, List.of(overrides)), RunFolder.create(folder.resolve(name)), Progress.silent())
                .run();
    }
}
