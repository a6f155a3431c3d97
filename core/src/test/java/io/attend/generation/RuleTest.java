package io.attend.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.checkpoint.TensorFile;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every rule against what Hugging Face's processors make of the same scores and texts.
class RuleTest {
    private static final Path FIXTURE = Path.of("src", "test", "resources", "primitives", "logits.safetensors");

    private static final Map<String, List<Rule>> RULES = new TreeMap<>(Map.ofEntries(
            Map.entry("temperature_0_7", List.of(new Temperature(0.7))),
            Map.entry("temperature_1_6", List.of(new Temperature(1.6))),
            Map.entry("top_k_1", List.of(new TopK(1))),
            Map.entry("top_k_5", List.of(new TopK(5))),
            Map.entry("top_p_0_3", List.of(new TopP(0.3))),
            Map.entry("top_p_0_8", List.of(new TopP(0.8))),
            Map.entry("top_p_0_5_keep3", List.of(new TopP(0.5, 3))),
            Map.entry("min_p_0_1", List.of(new MinP(0.1))),
            Map.entry("min_p_0_3", List.of(new MinP(0.3))),
            Map.entry("typical_0_6", List.of(new Typical(0.6))),
            Map.entry("typical_0_9", List.of(new Typical(0.9))),
            Map.entry("epsilon_0_02", List.of(new Epsilon(0.02))),
            Map.entry("eta_0_02", List.of(new Eta(0.02))),
            Map.entry("repetition_1_3", List.of(new RepetitionPenalty(1.3))),
            Map.entry("no_repeat_ngram_2", List.of(new NoRepeat(2))),
            Map.entry("no_repeat_ngram_3", List.of(new NoRepeat(3))),
            Map.entry("no_repeat_ngram_4", List.of(new NoRepeat(4))),
            Map.entry(
                    "chain_rep1.2_ngram3_temp0.8_topk10_topp0.9",
                    List.of(
                            new RepetitionPenalty(1.2),
                            new NoRepeat(3),
                            new Temperature(0.8),
                            new TopK(10),
                            new TopP(0.9)))));

    @TestFactory
    Stream<DynamicTest> areThoseOfTheReference() {
        return RULES.keySet().stream().map(name -> DynamicTest.dynamicTest(name, () -> check(name)));
    }

    private static void check(String name) {
        try (Lifetime _ = Lifetime.open()) {
            Map<String, Tensor> tensors = TensorFile.read(FIXTURE);
            Tensor scores = Objects.requireNonNull(tensors.get("logits.scores"));
            Tensor texts = Objects.requireNonNull(tensors.get("logits.input_ids"));
            Tensor expected = Objects.requireNonNull(tensors.get("logits.out." + name));
            for (int row = 0; row < scores.size(0); row++) {
                float[] actual = scores.select(0, row).contiguous().toFloats();
                int[] text = Arrays.stream(texts.select(0, row).contiguous().toLongs())
                        .mapToInt(id -> (int) id)
                        .toArray();
                Objects.requireNonNull(RULES.get(name)).forEach(rule -> rule.apply(actual, text));
                float[] wanted = expected.select(0, row).contiguous().toFloats();
                for (int word = 0; word < wanted.length; word++) {
                    if (Float.isInfinite(wanted[word])) {
                        assertThat(actual[word])
                                .as("%s: word %s of row %s", name, word, row)
                                .isEqualTo(wanted[word]);
                    } else {
                        assertThat(actual[word])
                                .as("%s: word %s of row %s", name, word, row)
                                .isCloseTo(wanted[word], within(1e-5f));
                    }
                }
            }
        }
    }

    @Test
    void everyReferenceIsChecked() {
        try (Lifetime _ = Lifetime.open()) {
            assertThat(TensorFile.read(FIXTURE).keySet().stream()
                            .filter(name -> name.startsWith("logits.out."))
                            .map(name -> name.substring("logits.out.".length())))
                    .containsExactlyInAnyOrderElementsOf(RULES.keySet());
        }
    }

    @Test
    void refuseWhatMeansNothing() {
        assertThatThrownBy(() -> new Temperature(0))
                .hasMessage("temperature 0.0 is outside (0, 100]; for the likeliest" + " word each time use Greedy");
        assertThatThrownBy(() -> new TopK(0)).hasMessage("top-k must keep at least 1 word, not 0");
        assertThatThrownBy(() -> new TopP(1.1)).hasMessage("top-p 1.1 is outside (0, 1]");
        assertThatThrownBy(() -> new MinP(-0.1)).hasMessage("min-p -0.1 is outside [0, 1]");
        assertThatThrownBy(() -> new NoRepeat(0)).hasMessageContaining("at least 1 word, not 0");
        assertThatThrownBy(() -> Beam.of(0)).hasMessage("beams must be from 1 to 1000, not 0");
        assertThatThrownBy(() -> new Beam(5, 4, 1, Beam.Stopping.LIKELY, Optional.of(new Beam.Groups(3, 0)), List.of()))
                .hasMessage("3 groups cannot divide 4 beams evenly");
    }
}
