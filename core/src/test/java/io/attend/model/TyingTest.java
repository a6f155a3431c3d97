package io.attend.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Architecture;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Inputs;
import io.attend.embedding.DenseTable;
import io.attend.embedding.Embedding;
import io.attend.embedding.SharedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.embedding.Tokens;
import io.attend.head.Head;
import io.attend.head.LinearHead;
import io.attend.head.TiedHead;
import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Parameter;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Random;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The three places of words in an encoder-decoder (read, written, scored) with a table each, tied two by two,
/// and all one: the same function where the numbers are the same, and what is one table learns what its places
/// would have learned apart.
class TyingTest {
    private static final int WORDS = 31;
    private static final EncoderDecoder BASE = (EncoderDecoder) SmallModels.TRANSFORMER.topology();

    private static Architecture model(boolean sharedInputs, boolean tiedOutput) {
        Table table = new DenseTable(WORDS);
        Embedding read = TokenEmbedding.of(table);
        Embedding written = TokenEmbedding.of(sharedInputs ? new SharedTable() : table);
        Head head = tiedOutput ? TiedHead.EXAMPLE : new LinearHead(WORDS, Bias.NONE);
        return new Architecture(10, new EncoderDecoder(read, BASE.encoder(), written, BASE.decoder()), head);
    }

    private static boolean isTable(Parameter parameter) {
        return parameter.shape().equals(Shape.of(WORDS, 10));
    }

    /// @param tables gradients of the tables of words, in the order of building
    private record Pass(double loss, Map<String, double[]> tables) {}

    private static Pass pass(Architecture architecture) {
        try (Lifetime _ = Lifetime.open();
                Random random = Random.seeded(1);
                Transformer model = Transformer.initialize(architecture, 1)) {
            Tensor words = random.normal(Shape.of(WORDS, 10), 0, 1).to(DType.FLOAT64);
            for (Parameter parameter : model.parameters()) {
                if (isTable(parameter)) {
                    parameter.fill(words.clone());
                } else if (parameter.kind() == Parameter.Kind.WEIGHT) {
                    Bench.fill(parameter, DType.FLOAT64);
                }
                if (parameter.kind() == Parameter.Kind.WEIGHT) {
                    parameter.tensor().requiresGrad(true);
                }
            }
            Tensor read = Tensor.of(new long[] {3, 17, 5, 3, 30, 0}, 2, 3);
            Tensor written = Tensor.of(new long[] {5, 3, 2, 11, 0, 30, 7, 7, 1, 29}, 2, 5);
            Tensor answers = Tensor.of(new long[] {3, 2, 11, 4, 30, 7, 7, 1, 29, 3}, 2, 5);
            Tensor loss = model.loss(Inputs.of(Tokens.of(read), Tokens.of(written)), answers, 0, Context.inference());
            loss.backward();
            Map<String, double[]> tables = new LinkedHashMap<>();
            for (Parameter parameter : model.weights()) {
                if (isTable(parameter)) {
                    tables.put(
                            parameter.name(),
                            parameter.tensor().grad().orElseThrow().toDoubles());
                }
            }
            return new Pass(loss.item(), tables);
        }
    }

    @Test
    void whatIsOneTableLearnsWhatItsPlacesWould() {
        Pass apart = pass(model(false, false));
        List<double[]> three = List.copyOf(apart.tables.values()); // read, written, scored
        assertThat(three).hasSize(3);
        check(pass(model(true, false)), apart.loss, sum(three.get(0), three.get(1)), three.get(2));
        check(pass(model(false, true)), apart.loss, three.get(0), sum(three.get(1), three.get(2)));
        check(pass(model(true, true)), apart.loss, sum(three.get(0), sum(three.get(1), three.get(2))));
    }

    private static void check(Pass tied, double loss, double[]... tables) {
        assertThat(tied.loss).isCloseTo(loss, within(1e-12));
        List<double[]> found = List.copyOf(tied.tables.values());
        assertThat(found).as("%s", tied.tables.keySet()).hasSize(tables.length);
        for (int i = 0; i < tables.length; i++) {
            assertThat(found.get(i))
                    .as("table %s of %s", i, tied.tables.keySet())
                    .containsExactly(tables[i], within(1e-12));
            assertThat(Arrays.stream(found.get(i)).map(Math::abs).max().orElseThrow())
                    .isPositive();
        }
    }

    private static double[] sum(double[] one, double[] other) {
        double[] sum = one.clone();
        Arrays.setAll(sum, i -> one[i] + other[i]);
        return sum;
    }
}
