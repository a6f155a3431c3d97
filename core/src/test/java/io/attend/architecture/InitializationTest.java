package io.attend.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.attend.activation.Relu;
import io.attend.attention.Heads;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.SharedTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.layer.Parameter;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.model.Transformer;
import io.attend.norm.RmsNorm;
import io.attend.position.BucketedBias;
import io.attend.position.BucketedBias.Direction;
import io.attend.score.DotProduct;
import io.attend.tensor.Lifetime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class InitializationTest {
    private static final Pattern BLOCK = Pattern.compile("\\.\\d+\\.");

    /// How a weight is drawn.
    private enum Law {
        NORMAL(3, 0.6827),
        UNIFORM(1.8, 0.5774);

        private final double kurtosis; // fourth moment over squared variance
        private final double within; // the share that is within one deviation

        Law(double kurtosis, double within) {
            this.kurtosis = kurtosis;
            this.within = within;
        }
    }

    /// Mean, deviation and shape of what was drawn, within four standard errors of what is stated.
    private static void assertDrawn(String name, double[] numbers, Law law, double deviation) {
        int count = numbers.length;
        double mean = Arrays.stream(numbers).sum() / count;
        double square = Arrays.stream(numbers).map(v -> v * v).sum() / count;
        double near = (double) Arrays.stream(numbers)
                        .filter(v -> Math.abs(v) < deviation)
                        .count()
                / count;
        assertThat(mean).as("mean of %s", name).isCloseTo(0, within(4 * deviation / Math.sqrt(count)));
        assertThat(Math.sqrt(square))
                .as("deviation of %s", name)
                .isCloseTo(deviation, within(2 * deviation * Math.sqrt((law.kurtosis - 1) / count)));
        assertThat(near)
                .as("share of %s within one deviation", name)
                .isCloseTo(law.within, within(4 * Math.sqrt(law.within * (1 - law.within) / count)));
    }

    /// Every matrix and table of a model, by what its name ends with behind the number of its block.
    private static Map<String, double[]> matrices(Architecture architecture) {
        Map<String, double[]> found = new TreeMap<>();
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(architecture, 3)) {
            for (Parameter weight : model.weights()) {
                if (weight.shape().rank() > 1) {
                    String name = BLOCK.matcher(weight.name()).replaceFirst(".");
                    double[] more = weight.tensor().toDoubles();
                    double[] known = found.getOrDefault(name, new double[0]);
                    double[] all = Arrays.copyOf(known, known.length + more.length);
                    System.arraycopy(more, 0, all, known.length, more.length);
                    found.put(name, all);
                }
            }
        }
        return found;
    }

    /// @param deviations of each matrix, none left out
    private static void assertAll(Initialization initialization, Law law, Map<String, Double> deviations) {
        Map<String, double[]> found = matrices(translator(initialization));
        assertThat(found.keySet()).as("matrices").isEqualTo(deviations.keySet());
        found.forEach((name, numbers) -> assertDrawn(name, numbers, law, deviations.get(name)));
    }

    /// 7 blocks with two branches each in one stack, 3 with three in the other, so that the two have divisors
    /// of
    /// their own: √14 and √9.
    private static Architecture translator(Initialization initialization) {
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(2).size(13))
                .score(new DotProduct())
                .bias(ProjectionBias.NONE);
        Feed feed = new Feed(new DenseFeedForward(67, new Relu(), Bias.NONE, 0));
        SoftmaxAttention reads =
                attention.masked(new Bidirectional()).position(new BucketedBias(32, Direction.BIDIRECTIONAL, 128));
        SoftmaxAttention writes = attention.masked(new Causal()).position(new BucketedBias(32, Direction.CAUSAL, 128));
        EncoderDecoder topology = new EncoderDecoder(
                TokenEmbedding.of(new DenseTable(101)),
                stack(7, List.of(new SelfAttention(reads), feed)),
                TokenEmbedding.of(new SharedTable()),
                stack(3, List.of(new SelfAttention(writes), new CrossAttention(attention), feed)));
        return new Architecture(38, topology, new TiedHead(Bias.NONE)).initialized(initialization);
    }

    private static Stack stack(int layers, List<Sublayer> sublayers) {
        return Stack.of(layers, new Block(sublayers, new RmsNorm(1e-6), new PreNorm(0)));
    }

    private static final List<String> ATTENTIONS = List.of("encoder.attention", "decoder.attention", "decoder.cross");

    /// GPT-2's paper: normal, and divided by √N in the products that end one of N branches.
    @Test
    void normalShrinksWhatEndsABranch() {
        Map<String, Double> deviations = alike(0.3);
        deviations.put("encoder.attention.output.weight", 0.3 / Math.sqrt(14));
        deviations.put("encoder.feed.outer.weight", 0.3 / Math.sqrt(14));
        deviations.put("decoder.attention.output.weight", 0.3 / 3);
        deviations.put("decoder.cross.output.weight", 0.3 / 3);
        deviations.put("decoder.feed.outer.weight", 0.3 / 3);
        assertAll(new NormalInitialization(0.3, NormalInitialization.Branches.SHRUNK), Law.NORMAL, deviations);
    }

    /// BERT's: all with one deviation.
    @Test
    void normalLeavesAllAlike() {
        assertAll(new NormalInitialization(0.3, NormalInitialization.Branches.ALIKE), Law.NORMAL, alike(0.3));
    }

    private static Map<String, Double> alike(double deviation) {
        Map<String, Double> deviations = new TreeMap<>();
        deviations.put("source.token.weight", deviation);
        for (String attention : ATTENTIONS) {
            for (String product : List.of("query", "key", "value", "output")) {
                deviations.put(attention + "." + product + ".weight", deviation);
            }
        }
        for (String stack : List.of("encoder", "decoder")) {
            deviations.put(stack + ".position.weight", deviation);
            deviations.put(stack + ".feed.inner.weight", deviation);
            deviations.put(stack + ".feed.outer.weight", deviation);
        }
        return deviations;
    }

    /// T5's code: by the inputs E = 38, H D = 26 and F = 67 of each product; queries by D = 13 as well; words
    /// 1.
    @Test
    void t5KeepsTheVarianceOfWhatIsGiven() {
        Map<String, Double> deviations = alike(1 / Math.sqrt(38));
        deviations.put("source.token.weight", 1.0);
        for (String attention : ATTENTIONS) {
            deviations.put(attention + ".query.weight", 1 / Math.sqrt(38 * 13));
            deviations.put(attention + ".output.weight", 1 / Math.sqrt(26));
        }
        deviations.put("encoder.feed.outer.weight", 1 / Math.sqrt(67));
        deviations.put("decoder.feed.outer.weight", 1 / Math.sqrt(67));
        assertAll(new T5Initialization(13), Law.NORMAL, deviations);
    }

    /// Glorot and Bengio: uniform with variance 2 / (inputs + outputs).
    @Test
    void layersStartAsGlorotHasIt() {
        Map<String, double[]> found = matrices(translator(new LayerInitialization()));
        for (String attention : ATTENTIONS) {
            for (String product : List.of("query", "key", "value", "output")) {
                assertUniform(found, attention + "." + product + ".weight", 38 + 26);
            }
        }
        for (String stack : List.of("encoder", "decoder")) {
            assertUniform(found, stack + ".feed.inner.weight", 38 + 67);
            assertUniform(found, stack + ".feed.outer.weight", 38 + 67);
        }
    }

    private static void assertUniform(Map<String, double[]> found, String name, double sizes) {
        assertDrawn(name, found.get(name), Law.UNIFORM, Math.sqrt(2 / sizes));
        assertThat(Arrays.stream(found.get(name)).map(Math::abs).max().orElseThrow())
                .as("bound of %s", name)
                .isLessThanOrEqualTo(Math.sqrt(6 / sizes));
    }

    /// Norms and biases start as their layers say, whatever the architecture says of matrices.
    @Test
    void vectorsAreLeftAsTheyAre() {
        Architecture gpt = Presets.gpt(997, 2, Presets.Size.width(16).heads(2), 61);
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(gpt, 3)) {
            for (Parameter weight : model.weights()) {
                if (weight.shape().rank() < 2) {
                    assertThat(weight.tensor().toDoubles())
                            .as(weight.name())
                            .containsOnly(weight.name().endsWith("norm.weight") ? 1 : 0);
                }
            }
        }
    }

    @Test
    void refuseWhatCannotBe() {
        assertThatThrownBy(() -> new T5Initialization(0)).hasMessage("headSize must be at least 1, not 0");
        assertThatThrownBy(() -> new NormalInitialization(0, NormalInitialization.Branches.ALIKE))
                .hasMessage("deviation 0.0 is outside (0, 10); the usual one is 0.02");
    }
}
