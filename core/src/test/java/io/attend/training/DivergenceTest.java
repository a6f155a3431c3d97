package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.checkpoint.RunFolder;
import io.attend.checkpoint.TensorFile;
import io.attend.layer.Place;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.training.report.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Runs that cannot go on say why, where and what to do, and leave their last checkpoint as it was.
class DivergenceTest {
    private static final String TINY = """
            data: {type: DateExamples, training: 131, heldOut: 7}
            model: {type: Transformer2017, layers: 2, width: 8, heads: 2, hidden: 11, dropout: 0.1}
            schedule: {type: Constant, rate: 0.001}
            steps: 5
            batch: 7
            threads: 1
            """;

    @TempDir
    Path folder;

    /// Weights so large, though finite, that what one layer gives is not.
    @ParameterizedTest
    @CsvSource({
        "encoder.1.feed.inner.weight, encoder.1.feed",
        "decoder.0.attention.value.weight, decoder.0.attention",
        "decoder.1.cross.value.weight, decoder.1.cross",
        "encoder.0.feed.norm.weight, the end of encoder.0"
    })
    void namesTheFirstLayerWhoseOutputIsNotFinite(String weight, String layer) {
        train();
        ruin(weight, 3e38);
        assertThatThrownBy(() -> train("steps=9"))
                .isInstanceOf(TrainingException.class)
                .hasMessage("the loss of step 6 is NaN: the first output that is not finite is that of " + layer
                        + "; lower the schedule's rate and run again: it goes on from step 5");
        assertThat(RunFolder.open(folder).newest().orElseThrow().number()).isEqualTo(5);
    }

    @Test
    void namesTheWeightThatAStepRuined() {
        assertThatThrownBy(() -> train("schedule={type: Constant, rate: 1e39}"))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith(
                        "the loss of step 2 is NaN: the step before made source.token.weight not finite")
                .hasMessageEndingWith("it goes on from the start");
    }

    @Test
    void namesTheLayerBehindWhichTheGradientIsNotFinite() {
        try (Lifetime _ = Lifetime.open()) {
            Blame blame = new Blame();
            Tensor weight = Tensor.full(Shape.of(2, 3, 5), 0, DType.FLOAT32).requiresGrad(true);
            Tensor attention = weight.mul(2);
            blame.see(new Place("decoder.0.attention"), "branch", attention);
            Tensor feed = attention.mul(attention).sqrt(); // 0, and its slope there is not a number
            blame.see(new Place("decoder.0.feed"), "branch", feed);
            Tensor output = feed.mul(3);
            blame.see(new Place("decoder"), "output", output);
            output.sum().backward();
            assertThat(blame.forward()).isEqualTo("the head");
            assertThat(blame.backward()).hasValue("decoder.0.feed");
        }
    }

    @Test
    void namesTheWeightWhoseGradientAloneIsNotFinite() {
        train("model.dropout=0");
        ruin("decoder.1.feed.norm.weight", 1e38);
        ruin("source.token.weight", 1e-38);
        assertThatThrownBy(() -> train("steps=9", "model.dropout=0"))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("the gradient of step 6 is Infinity: ");
    }

    /// Known beforehand: Linux would end the process, without a word.
    @Test
    void aStepTheMachineCannotHoldIsRefused() {
        assertThatThrownBy(() -> train("model.hidden=3000000", "batch=131", "accumulate=2", "optimizer=Sgd"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(
                        "a step of 66 examples of up to \\d+ tokens takes about [\\d.,]+ GB, but the machine has"
                                + " [\\d.,]+ GB; give accumulate=\\d+ for the same gradient in smaller parts, or a smaller batch,"
                                + " shorter examples or a smaller model");
    }

    /// The engine refuses what no machine has. Asked for while a step reports, since a step that asks for a
    /// little too much is not refused by Linux but ends the process.
    @Test
    void outOfMemorySaysWhatToChange() {
        assertThatThrownBy(() -> train(
                        onStep(() -> Tensor.zeros(Shape.of(1L << 45), DType.FLOAT32)), "accumulate=2", "reportEvery=3"))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("step 4 needs more memory than there is (")
                .hasMessageContaining("give accumulate=4 for the same gradient in smaller parts")
                .hasMessageEndingWith("it goes on from the start")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aFullHeapSaysWhatToChange() {
        assertThatThrownBy(() -> train(
                        onStep(() -> {
                            throw new OutOfMemoryError("Java heap space");
                        }),
                        "reportEvery=3"))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching("the JVM's heap of \\d+ MB is full; give it more with ATTEND_JAVA_OPTIONS=.*");
    }

    private static Progress onStep(Runnable then) {
        return new Progress() {
            @Override
            public void begin(long done, long total) {}

            @Override
            public void step(long done, String message) {
                then.run();
            }

            @Override
            public void close() {}
        };
    }

    private void ruin(String name, double value) {
        Path saved = RunFolder.open(folder).newest().orElseThrow().folder().resolve("model.safetensors");
        try (Lifetime _ = Lifetime.open()) {
            Map<String, Tensor> weights = TensorFile.read(saved);
            Tensor weight = weights.get(name);
            assertThat(weight).as(name + " of " + weights.keySet()).isNotNull();
            weights.put(name, Tensor.full(weight.shape(), value, DType.FLOAT32));
            TensorFile.write(saved, weights);
        }
    }

    private void train(String... overrides) {
        train(Progress.silent(), overrides);
    }

    private void train(Progress progress, String... overrides) {
        new Trainer(Recipe.parse(TINY, List.of(overrides)), RunFolder.create(folder), progress).run();
    }
}
