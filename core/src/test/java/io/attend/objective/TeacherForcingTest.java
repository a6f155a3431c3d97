package io.attend.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Inputs;
import io.attend.architecture.Presets;
import io.attend.data.Pair;
import io.attend.embedding.Tokens;
import io.attend.generation.Beam;
import io.attend.generation.TextModel;
import io.attend.layer.Context;
import io.attend.metric.BleuTokens;
import io.attend.model.Transformer;
import io.attend.objective.ScheduledSampling.Decay;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Tensor;
import io.attend.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TeacherForcingTest {
    private static final Presets.Size SIZE = Presets.Size.width(12).heads(2).hidden(13);
    private static final Tokenizer CHARACTERS = Tokenizer.characters(List.of("abc "), TextModel.SPECIALS);
    private static final List<Pair> PAIRS = List.of(
            new Pair("a", "a b c a b"),
            new Pair("b", "b b c a c"),
            new Pair("c", "c a a b b"),
            new Pair("ab", "c c a b a"));

    @Test
    void itIsJudgedByExactMatchAndBleuWithItsSignature() {
        Objective beam = new TeacherForcing(0, Beam.of(2), BleuTokens.NONE, Optional.empty(), List.of());
        Learning learning =
                Learning.of(beam, CHARACTERS, PAIRS, needs -> Presets.transformer(needs.vocabulary(), 1, SIZE, 0), 150);
        assertThat(learning.after()).isLessThan(0.1 * learning.before());
        assertThat(learning.measures()).containsEntry("exactMatch", 1.0).containsKey("bleu");
        assertThat(learning.measures().get("bleu")).isCloseTo(100, within(1e-9));
        assertThat(learning.notes().get("signature")).contains("tok:none", "nrefs:1");
        assertThat(learning.notes().get("BLEU")).startsWith("BLEU = 100.00");
    }

    /// The three decays at the step where they are told, by the paper's formulas.
    @Test
    void theChanceOfARightTokenFalls() {
        assertThat(new ScheduledSampling(Decay.LINEAR, 10, 0.25).chance(5)).isEqualTo(0.5);
        assertThat(new ScheduledSampling(Decay.LINEAR, 10, 0.25).chance(50)).isEqualTo(0.25);
        assertThat(new ScheduledSampling(Decay.EXPONENTIAL, 10, 0).chance(20)).isCloseTo(Math.exp(-2), within(1e-12));
        assertThat(new ScheduledSampling(Decay.INVERSE_SIGMOID, 10, 0).chance(30))
                .isCloseTo(10 / (10 + Math.exp(3)), within(1e-12));
    }

    /// With chance 1 all is right; with chance 0 every token but the first is the model's likeliest behind the
    /// right ones, by its scores one by one.
    @Test
    void theSecondPassReadsTheModelsOwnTokens() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(Presets.transformer(8, 1, SIZE, 0.3), 5);
                Random random = Random.seeded(3)) {
            Batch batch = new TeacherForcing(0).build(CHARACTERS, PAIRS, PAIRS).heldOut(0, 4);
            int[][] right = ((Tokens) batch.inputs().target().orElseThrow()).rows();
            ScheduledSampling never = new ScheduledSampling(Decay.LINEAR, 1, 0);
            Context training = Context.training(random);
            assertThat(target(never.mixed(model, batch, training))).isDeepEqualTo(right);
            int[][] own = target(never.mixed(model, batch, training.step(1)));
            Tensor guesses = model.forward(batch.inputs(), Context.inference()).argmax(-1);
            for (int row = 0; row < 4; row++) {
                assertThat(own[row][0]).isEqualTo(right[row][0]);
                for (int t = 1; t < right[row].length; t++) {
                    assertThat((long) own[row][t]).isEqualTo(guesses.toLongs()[row * right[row].length + t - 1]);
                }
            }
            assertThat(Arrays.deepToString(own)).isNotEqualTo(Arrays.deepToString(right));
            ScheduledSampling half = new ScheduledSampling(Decay.LINEAR, 1, 0.5);
            Batch mixed = half.mixed(model, batch, training.step(9));
            assertThat(mixed.answers().toLongs()).isEqualTo(batch.answers().toLongs());
            int[][] some = target(mixed);
            for (int row = 0; row < 4; row++) {
                for (int t = 0; t < some[row].length; t++) {
                    assertThat(some[row][t]).isIn(right[row][t], own[row][t]);
                }
            }
        }
    }

    private static int[][] target(Batch batch) {
        return ((Tokens) batch.inputs().target().orElseThrow()).rows();
    }

    /// The loss is that of the mixture; to be judged by, that of the right tokens.
    @Test
    void samplingIsForLearningOnly() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(Presets.transformer(8, 1, SIZE, 0), 5);
                Random random = Random.seeded(3)) {
            ScheduledSampling always = new ScheduledSampling(Decay.LINEAR, 1, 0);
            TeacherForcing sampled = new TeacherForcing(0, Beam.of(2), BleuTokens.WMT, Optional.of(always), List.of());
            Objective.Built built = sampled.build(CHARACTERS, PAIRS, PAIRS);
            Batch batch = built.heldOut(0, 4);
            Context training = Context.training(random).step(1);
            Inputs own = always.mixed(model, batch, training).inputs();
            assertThat(built.loss(model, batch, training).item())
                    .isCloseTo(
                            model.loss(own, batch.answers(), 0, Context.inference())
                                    .item(),
                            within(1e-6));
            assertThat(built.loss(model, batch, Context.inference()).item())
                    .isCloseTo(
                            model.loss(batch.inputs(), batch.answers(), 0, Context.inference())
                                    .item(),
                            within(1e-6));
        }
    }

    @Test
    void aModelLearnsFromItsOwnTokens() {
        TeacherForcing sampled = new TeacherForcing(
                0, Beam.of(2), BleuTokens.WMT, Optional.of(new ScheduledSampling(Decay.LINEAR, 10, 0.5)), List.of());
        Learning learning = Learning.of(
                sampled, CHARACTERS, PAIRS, needs -> Presets.transformer(needs.vocabulary(), 1, SIZE, 0), 150);
        assertThat(learning.after()).isLessThan(0.5 * learning.before());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> new ScheduledSampling(Decay.LINEAR, 0, 0))
                .hasMessage("steps must be at least 1, not 0");
        assertThatThrownBy(() -> new ScheduledSampling(Decay.LINEAR, 1, 2)).hasMessage("least 2.0 is outside [0, 1]");
        assertThatThrownBy(() -> new TeacherForcing(1)).hasMessage("smoothing 1.0 is outside [0, 1)");
    }

    /// What is judged, what is written and where a source ends stay as they are.
    @Test
    void noiseIsInTheSourcesThatAreLearnedFromAlone() {
        List<Noise> harsh = List.of(new TokenReplacement(0.9), new TokenInsertion(0.9));
        TeacherForcing noisy =
                new TeacherForcing(0, TeacherForcing.EXAMPLE.decoding(), BleuTokens.NONE, Optional.empty(), harsh);
        List<Pair> pairs = List.of(new Pair("cccccccccc", "cbcb"), new Pair("ccccccc", "cb"));
        try (Lifetime _ = Lifetime.open()) {
            Objective.Built built = noisy.build(CHARACTERS, pairs, pairs);
            Batch learned = built.training(List.of(0, 1), new java.util.SplittableRandom(3));
            int[][] sources = ((Tokens) learned.inputs().source()).rows();
            assertThat(sources[1])
                    .as("never longer than the longest source")
                    .hasSize(11)
                    .endsWith(2);
            assertThat(Arrays.stream(sources[0]).distinct().toArray()).contains(5, 6);
            Batch judged = built.heldOut(0, 2);
            assertThat(learned.answers().toLongs())
                    .containsExactly(judged.answers().toLongs());
            assertThat(((Tokens) judged.inputs().source()).rows()[1]).containsExactly(7, 7, 7, 7, 7, 7, 7, 2);
            assertThat(((Tokens) built.training(List.of(0, 1), new java.util.SplittableRandom(3))
                                    .inputs()
                                    .source())
                            .rows())
                    .as("the same step draws the same")
                    .isDeepEqualTo(sources);
        }
    }
}
