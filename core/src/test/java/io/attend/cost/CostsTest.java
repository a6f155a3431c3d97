package io.attend.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Architecture;
import io.attend.architecture.Presets;
import io.attend.architecture.Topology.Sizes;
import io.attend.embedding.Input;
import io.attend.embedding.Tokens;
import io.attend.layer.Parameter;
import io.attend.model.Session;
import io.attend.model.SmallModels;
import io.attend.model.Transformer;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples.Example;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CostsTest {
    private static long twoEach(Parameter weight) {
        return 2 * weight.shape().count();
    }

    static Stream<Example<Architecture>> models() {
        return SmallModels.all();
    }

    static Stream<Example<Architecture>> writers() {
        return SmallModels.writing();
    }

    private static Costs costs(Architecture architecture, Sizes sizes) {
        return Costs.of(architecture, sizes, DType.FLOAT32, CostsTest::twoEach);
    }

    // ---- parameters ----

    @ParameterizedTest
    @MethodSource("models")
    void countsTheNumbersTheModelHas(Example<Architecture> example) {
        try (Transformer model = Transformer.initialize(example.value(), 1)) {
            long numbers = model.weights().stream()
                    .mapToLong(weight -> weight.tensor().count())
                    .sum();
            assertThat(costs(example.value(), Sizes.batch(1)).parameters())
                    .as(example.name())
                    .isEqualTo(numbers);
        }
    }

    /// What the authors' own code counts: `sum(p.numel())` of the published checkpoints, tied weights once.
    @Test
    void countsWhatIsPublished() {
        assertThat(costs(Presets.gpt2(), Sizes.batch(1)).parameters()).isEqualTo(124_439_808);
        assertThat(costs(Presets.bertBase(), Sizes.batch(1)).parameters()).isEqualTo(109_514_298);
    }

    /// One table, and for each of 6 + 6 blocks its products, biases and norms.
    @Test
    void countsTheTransformerOf2017() {
        for (int[] sizes : new int[][] {{512, 2048}, {1024, 4096}}) {
            long width = sizes[0];
            long hidden = sizes[1];
            long attention = 4 * (width * width + width);
            long feed = width * hidden + hidden + hidden * width + width;
            long norm = 2 * width;
            long reads = attention + norm + feed + norm;
            long writes = attention + norm + attention + norm + feed + norm;
            long expected = 37_000 * width + 6 * reads + 6 * writes;
            Architecture architecture = width == 512 ? Presets.transformerBase(37_000) : Presets.transformerBig(37_000);
            assertThat(costs(architecture, Sizes.batch(1)).parameters()).isEqualTo(expected);
        }
        // Table 3 of the paper says 65 and 213 million.
        assertThat(costs(Presets.transformerBase(37_000), Sizes.batch(1)).parameters() / 65e6)
                .isCloseTo(1, within(0.04));
        assertThat(costs(Presets.transformerBig(37_000), Sizes.batch(1)).parameters() / 213e6)
                .isCloseTo(1, within(0.04));
    }

    // ---- operations ----

    private static final double E = 10;
    private static final double H = 2;
    private static final double D = 5;
    private static final double F = 13;
    private static final double V = 31;

    /// The products of attention of T queries on S keys, whose own projections are of `projected` rows.
    private static double attention(double batch, double queries, double keys, double projected) {
        double query = 2 * batch * queries * E * (H * D);
        double keysAndValues = 2 * (2 * batch * projected * E * (H * D));
        double scores = 2 * batch * H * queries * keys * D;
        double softmax = 5 * batch * H * queries * keys;
        double gathered = 2 * batch * H * queries * keys * D;
        double output = 2 * batch * queries * (H * D) * E;
        return query + keysAndValues + scores + softmax + gathered + output;
    }

    private static double feed(double rows, double activation) {
        return 2 * rows * E * F + activation * rows * F + 2 * rows * F * E;
    }

    private static double norm(double rows) {
        return 8 * rows * E;
    }

    /// Sinusoids: an angle, a sine and a cosine for every two numbers of a position.
    private static double waves(double positions) {
        return positions * (3 * E / 2 + 1);
    }

    private static double add(double rows) {
        return rows * E;
    }

    @Test
    void countsTheOperationsOfAGpt() {
        double rows = 3 * 7;
        double block = attention(3, 7, 7, 7) + feed(rows, 10) + 2 * norm(rows) + 2 * add(rows);
        double expected = 2 * add(rows) // scaled or not, and positions
                + 2 * block
                + norm(rows)
                + 2 * rows * E * V;
        Costs costs = costs(SmallModels.GPT, Sizes.batch(3).length(7));
        assertThat(costs.forwardFlops()).isEqualTo(expected);
        assertThat(costs.trainingFlops()).isEqualTo(3 * expected);
    }

    @Test
    void countsTheOperationsOfOneStepOfAGpt() {
        double block = attention(3, 1, 12, 1) + feed(3, 10) + 2 * norm(3) + 2 * add(3);
        double expected = 2 * add(3) + 2 * block + norm(3) + 2 * 3 * E * V;
        assertThat(costs(SmallModels.GPT, Sizes.batch(3).length(1).cached(11)).forwardFlops())
                .isEqualTo(expected);
    }

    @Test
    void countsTheOperationsOfABert() {
        double rows = 3 * 7;
        double block = attention(3, 7, 7, 7) + feed(rows, 10) + 2 * norm(rows) + 2 * add(rows);
        double head = 2 * rows * E * E + 10 * rows * E + norm(rows) + 2 * rows * E * V;
        double expected = 2 * add(rows) + norm(rows) + 2 * block + head;
        assertThat(costs(SmallModels.BERT, Sizes.batch(3).length(7)).forwardFlops())
                .isEqualTo(expected);
    }

    @Test
    void countsTheOperationsOfAnEncoderDecoder() {
        double read = 3 * 5;
        double written = 3 * 7;
        double reads = attention(3, 5, 5, 5) + feed(read, 1) + 2 * norm(read) + 2 * add(read);
        double writes =
                attention(3, 7, 7, 7) + attention(3, 7, 5, 5) + feed(written, 1) + 3 * norm(written) + 3 * add(written);
        double expected =
                2 * add(read) + waves(5) + 2 * reads + 2 * add(written) + waves(7) + 2 * writes + 2 * written * E * V;
        assertThat(costs(SmallModels.TRANSFORMER, Sizes.batch(3).length(5).target(7))
                        .forwardFlops())
                .isEqualTo(expected);
    }

    @Test
    void aStepOfAnEncoderDecoderDoesNotReadAgain() {
        double writes = attention(3, 1, 12, 1) + attention(3, 1, 5, 0) + feed(3, 1) + 3 * norm(3) + 3 * add(3);
        double expected = 2 * add(3) + waves(1) + 2 * writes + 2 * 3 * E * V;
        assertThat(costs(
                                SmallModels.TRANSFORMER,
                                Sizes.batch(3).length(5).target(1).cached(11))
                        .forwardFlops())
                .isEqualTo(expected);
    }

    /// nanoGPT's estimate of a training step (PaLM, appendix B): 6 N + 12 L H D T operations a token, N
    /// without positions.
    @Test
    void agreesWithWhatOthersCountForGpt2() {
        double perToken = 6 * (124_439_808 - 1024 * 768) + 12.0 * 12 * 12 * 64 * 1024;
        Costs costs = costs(Presets.gpt2(), Sizes.batch(12).length(1024));
        assertThat(costs.trainingFlops() / (12 * 1024 * perToken)).isCloseTo(1, within(0.03));
    }

    // ---- bytes ----

    @Test
    void countsBytesByElementType() {
        Sizes sizes = Sizes.batch(3).length(7);
        Costs single = Costs.of(SmallModels.GPT, sizes, DType.FLOAT32, CostsTest::twoEach);
        Costs half = Costs.of(SmallModels.GPT, sizes, DType.BFLOAT16, CostsTest::twoEach);
        long parameters = single.parameters();
        assertThat(single.weightBytes()).isEqualTo(4 * parameters);
        assertThat(single.gradientBytes()).isEqualTo(4 * parameters);
        assertThat(single.optimizerBytes()).isEqualTo(2 * 4 * parameters);
        assertThat(half.weightBytes()).isEqualTo(2 * parameters);
        assertThat(half.gradientBytes()).isEqualTo(2 * parameters);
        assertThat(half.optimizerBytes()).isEqualTo(2 * 4 * parameters); // float32 whatever the weights are
        assertThat(half.activationBytes() * 2).isEqualTo(single.activationBytes());
        assertThat(half.cacheBytes() * 2).isEqualTo(single.cacheBytes());
        assertThat(Costs.of(SmallModels.GPT, Sizes.batch(6).length(7), DType.FLOAT32, CostsTest::twoEach)
                        .activationBytes())
                .isEqualTo(2 * single.activationBytes() - 4 * 31 * 10); // the loss keeps the table's gradient once
        assertThat(single.trainingBytes())
                .isEqualTo(3 * 4 * parameters
                        + Math.max(single.activationBytes() + single.workingBytes(), 4 * parameters));
    }

    /// Keys and values of each layer, position and key-value head; nothing where nothing is generated.
    @Test
    void countsTheCache() {
        assertThat(costs(Presets.gpt2(), Sizes.batch(1).length(1024)).cacheBytes())
                .isEqualTo(2L * 12 * 1024 * 768 * 4);
        assertThat(costs(Presets.gpt2(), Sizes.batch(5).length(1).cached(1023)).cacheBytes())
                .isEqualTo(5 * 2L * 12 * 1024 * 768 * 4);
        assertThat(costs(Presets.bertBase(), Sizes.batch(1).length(512)).cacheBytes())
                .isZero();
        assertThat(costs(
                                Presets.transformerBase(37_000),
                                Sizes.batch(1).length(11).target(7))
                        .cacheBytes())
                .isEqualTo(2L * 6 * (11 + 7) * 512 * 4);
    }

    @ParameterizedTest
    @MethodSource("writers")
    void countsTheBytesASessionHolds(Example<Architecture> example) {
        boolean translates = SmallModels.translates(example.value());
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(example.value(), 1)) {
            Optional<Input> source = translates ? Optional.of(words(5)) : Optional.empty();
            try (Session session = model.session(source)) {
                session.next(words(7).ids());
                Sizes first = Sizes.batch(3).length(translates ? 5 : 7).target(7);
                assertThat(costs(example.value(), first).cacheBytes())
                        .as(example.name())
                        .isEqualTo(session.bytes());
                session.next(words(40).ids());
                Sizes second =
                        Sizes.batch(3).length(translates ? 5 : 40).target(40).cached(7);
                assertThat(costs(example.value(), second).cacheBytes())
                        .as(example.name())
                        .isEqualTo(session.bytes());
            }
        }
    }

    private static Tokens words(int length) {
        return Tokens.of(Tensor.zeros(Shape.of(3, length), DType.INT64));
    }

    // ---- refusals ----

    @Test
    void refusesALoadOfNothing() {
        assertThatThrownBy(() -> costs(SmallModels.GPT, Sizes.batch(0).length(7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a load needs a batch of at least 1, not 0");
        assertThatThrownBy(() -> costs(SmallModels.GPT, Sizes.batch(3).length(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a load needs a length of at least 1, not 0");
        assertThatThrownBy(() -> costs(SmallModels.GPT, Sizes.batch(3).length(7).cached(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a load cannot have -1 cached tokens");
    }

    @Test
    void refusesALengthTheModelHasNotLearned() {
        assertThatThrownBy(() -> costs(Presets.gpt2(), Sizes.batch(1).length(1025)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "embedding.position: the text has 1025 tokens, but the model has learned only 1024 positions;"
                                + " shorten the text or train a model with a larger maximum");
    }
}
