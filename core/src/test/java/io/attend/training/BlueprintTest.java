package io.attend.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.activation.Gelu;
import io.attend.architecture.Architecture;
import io.attend.head.Head;
import io.attend.head.MaskedLanguageHead;
import io.attend.head.SequenceHead;
import io.attend.head.TokenHead;
import io.attend.layer.Parameter;
import io.attend.model.Transformer;
import io.attend.objective.Needs;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class BlueprintTest {
    private static final Needs WORDS = new Needs(10_000, Optional.empty(), OptionalInt.empty());

    private static Needs headed(Head head) {
        return new Needs(97, Optional.of(head), OptionalInt.of(13));
    }

    private static long parameters(Blueprint blueprint) {
        return Transformer.parameters(blueprint.architecture(WORDS)).stream()
                .filter(parameter -> parameter.kind() == Parameter.Kind.WEIGHT)
                .mapToLong(parameter -> parameter.shape().count())
                .sum();
    }

    /// V·E + 20·E² + 2·A·E and biases: of the encoder's two directions, the cell, the start, the query and v,
    /// the head.
    @Test
    void theLstmHasAsManyParametersAsTheTransformerItIsComparedWith() {
        int width = 184;
        int attention = 200;
        long squares = 10_000L * width + 20L * width * width + 2L * attention * width;
        long biases = 2 * 8L * (width / 2) + 8L * width + 2L * width + 2L * attention + 10_000;
        long lstm = parameters(new BahdanauLstm(1, width, attention, 0.3));
        assertThat(lstm).isEqualTo(squares + biases);
        long transformer = parameters(new Transformer2017(4, 128, 4, 256, 0.3));
        assertThat((double) lstm / transformer).isCloseTo(1, within(0.001));
    }

    /// Mesh TensorFlow's numbers: words 1, queries (E D)^-½, relative positions E^-½, all else by what they are
    /// given.
    @Test
    void t5StartsAndIsWrittenAsItIs() {
        Architecture t5 = new T5(1, 64, 4, 200, 0).architecture(WORDS);
        assertThat(new io.attend.huggingface.T5().config(t5).orElseThrow())
                .containsEntry("feed_forward_proj", "relu")
                .containsEntry("d_kv", 16)
                .containsEntry("tie_word_embeddings", true);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(t5, 3)) {
            for (Parameter weight : model.weights()) {
                double wanted = deviation(weight.name());
                if (weight.shape().rank() == 2) {
                    Tensor flat = weight.tensor().reshape(-1);
                    assertThat(flat.sub(flat.mean()).square().mean().sqrt().item() / wanted)
                            .as(weight.name())
                            .isCloseTo(1, within(3 / Math.sqrt(weight.shape().count())));
                }
            }
        }
    }

    private static double deviation(String name) {
        if (name.endsWith("token.weight")) {
            return 1;
        }
        if (name.endsWith("query.weight")) {
            return 1 / Math.sqrt(64 * 16);
        }
        return 1 / Math.sqrt(name.endsWith("outer.weight") ? 200 : 64);
    }

    @Test
    void bertHasTheHeadThatIsAskedFor() {
        Bert bert = new Bert(1, 12, 2, 0.3);
        assertThat(bert.architecture(WORDS).head()).isInstanceOf(MaskedLanguageHead.class);
        assertThat(bert.architecture(headed(new TokenHead(5, 0))).head()).isEqualTo(new TokenHead(5, 0.3));
        assertThat(bert.architecture(headed(SequenceHead.of(3).dense(new Gelu())))
                        .head())
                .isEqualTo(SequenceHead.of(3).dense(new Gelu()).dropout(0.3));
    }

    @Test
    void modelsThatScoreWordsHaveNoOtherHead() {
        assertThatThrownBy(() -> new Gpt(1, 12, 2, 0).architecture(headed(new TokenHead(5, 0))))
                .hasMessage("model: a Gpt scores words, but the objective asks for a TokenHead; use a Bert, or a"
                        + " GivenArchitecture that has one");
        assertThatThrownBy(() -> new T5(1, 10, 3, 13, 0).architecture(WORDS))
                .hasMessage("heads: 3 heads cannot share a width of 10 evenly; choose a divisor of it");
        assertThatThrownBy(() -> new BahdanauLstm(0, 10, 7, 0)).hasMessage("layers must be at least 1, not 0");
    }
}
