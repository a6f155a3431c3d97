package io.attend.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.architecture.Architecture;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.Inputs;
import io.attend.architecture.Presets;
import io.attend.architecture.Topology.Sizes;
import io.attend.embedding.AdaptiveTable;
import io.attend.embedding.DenseTable;
import io.attend.embedding.FactorisedTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.embedding.Tokens;
import io.attend.head.AdaptiveHead;
import io.attend.head.Head;
import io.attend.head.HierarchicalHead;
import io.attend.head.LinearHead;
import io.attend.head.MaskedLanguageHead;
import io.attend.head.TiedAdaptiveHead;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.model.SmallModels;
import io.attend.model.Transformer;
import io.attend.optimizer.AdamW;
import io.attend.tensor.Counted;
import io.attend.optimizer.AdamW;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples.Example;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The cost model against what is counted and measured while a model runs.
class MeasuredTest {
    private static final Presets.Size SIZE = Presets.Size.width(128).heads(4);
    private static final int VOCABULARY = 499;

    static Stream<Example<Architecture>> models() {
        Architecture gpt = Presets.gpt(VOCABULARY, 2, SIZE, 512);
        Architecture bert = Presets.bert(VOCABULARY, 2, SIZE, 512);
        Decoder decoder = (Decoder) gpt.topology();
        Encoder encoder = (Encoder) bert.topology();
        TokenEmbedding words = TokenEmbedding.of(new DenseTable(VOCABULARY));
        TokenEmbedding factors =
                TokenEmbedding.of(FactorisedTable.of(VOCABULARY).size(32));
        TokenEmbedding bands = TokenEmbedding.of(new AdaptiveTable(VOCABULARY, List.of(61, 199), 2));
        List<Long> counts =
                LongStream.range(1, VOCABULARY).mapToObj(rank -> 10_000 / rank).toList();
        return Stream.of(
                new Example<>("gpt", gpt),
                new Example<>("bert", bert),
                new Example<>("transformer", Presets.transformer(VOCABULARY, 2, SIZE, 0)),
                new Example<>("convolutional", Presets.convolutionalTranslator(VOCABULARY, 2, 128, 512)),
                new Example<>(
                        "inner width",
                        with(
                                new Encoder(words.inner(32), encoder.stack()),
                                new MaskedLanguageHead(
                                        MaskedLanguageHead.EXAMPLE.activation(), MaskedLanguageHead.EXAMPLE.norm()))),
                new Example<>("factorised", with(new Decoder(factors, decoder.stack()), TiedHead.EXAMPLE)),
                new Example<>("narrowed", with(new Decoder(factors, decoder.stack()), TiedHead.OPT)),
                new Example<>("capped", with(new Decoder(words, decoder.stack()), LinearHead.CAPPED)),
                new Example<>(
                        "adaptive",
                        with(
                                new Decoder(words, decoder.stack()),
                                new AdaptiveHead(VOCABULARY, List.of(61, 199), 2, Bias.NONE))),
                new Example<>("tied adaptive", with(new Decoder(bands, decoder.stack()), TiedAdaptiveHead.EXAMPLE)),
                new Example<>(
                        "hierarchical",
                        with(new Decoder(words, decoder.stack()), new HierarchicalHead(counts, Bias.ADDED))));
    }

    private static Architecture with(io.attend.architecture.Topology topology, Head head) {
        return new Architecture(SIZE.width(), topology, head);
    }

    @ParameterizedTest
    @MethodSource("models")
    void countsTheOperationsThatHappen(Example<Architecture> example) {
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(example.value(), 1)) {
            for (int length : new int[] {31, 127, 257}) {
                Tokens tokens = Tokens.of(Tensor.zeros(Shape.of(2, length), DType.INT64));
                Inputs inputs = SmallModels.translates(example.value()) ? Inputs.of(tokens, tokens) : Inputs.of(tokens);
                double counted = Counted.during(() -> model.forward(inputs, Context.inference()));
                double predicted = Costs.of(
                                example.value(), Sizes.batch(2).length(length), DType.FLOAT32, AdamW.EXAMPLE::numbers)
                        .forwardFlops();
                assertThat(predicted / counted)
                        .as("%s at %s tokens: predicted to counted", example, length)
                        .isCloseTo(1, within(0.05));
            }
        }
    }

    /// In a process of its own, whose memory is freed to the system at once. Figures at more lengths:
    /// docs/benchmarks.md.
    @ParameterizedTest
    @ValueSource(strings = {"gpt", "bert"})
    @EnabledOnOs(OS.LINUX) // only there does the system say how much memory a process ever had
    void knowsThePeakOfATrainingStep(String name) throws IOException {
        int length = 128;
        ProcessBuilder process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xms64m",
                "-Xmx64m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                TrainingMemory.class.getName(),
                name,
                Integer.toString(length));
        process.environment().put("MALLOC_MMAP_THRESHOLD_", "65536");
        process.environment().put("MALLOC_TRIM_THRESHOLD_", "65536");
        process.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process child = process.start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(said)
                .as("what %s said", TrainingMemory.class.getSimpleName())
                .matches("\\d+");
        double measured = Double.parseDouble(said);
        assertThat(TrainingMemory.predicted(name, length).trainingBytes() / measured)
                .as("%s: predicted to measured", name)
                .isCloseTo(1, within(0.1));
    }
}
