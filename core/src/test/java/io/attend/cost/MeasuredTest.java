package io.attend.cost;

import static io.attend.layer.LayerContract.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.attend.activation.Activation;
import io.attend.activation.GeluTanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Convolve;
import io.attend.architecture.CrossAttention;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Feed;
import io.attend.architecture.Inputs;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Presets;
import io.attend.architecture.Recur;
import io.attend.architecture.Residual;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.architecture.Topology.Sizes;
import io.attend.attention.Attention;
import io.attend.attention.Heads;
import io.attend.attention.Linformer;
import io.attend.attention.MemoryAttention;
import io.attend.attention.SoftmaxAttention;
import io.attend.convolution.Convolution;
import io.attend.embedding.AdaptiveTable;
import io.attend.embedding.DenseTable;
import io.attend.embedding.FactorisedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.embedding.Tokens;
import io.attend.feedforward.DenseFeedForward;
import io.attend.feedforward.FeedForward;
import io.attend.feedforward.MixtureOfExperts;
import io.attend.head.AdaptiveHead;
import io.attend.head.Head;
import io.attend.head.HierarchicalHead;
import io.attend.head.LinearHead;
import io.attend.head.MaskedLanguageHead;
import io.attend.head.TiedAdaptiveHead;
import io.attend.head.TiedHead;
import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.layer.Grids;
import io.attend.layer.Layer;
import io.attend.layer.Load;
import io.attend.layer.Parameters;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.model.SmallModels;
import io.attend.model.Transformer;
import io.attend.norm.LayerNorm;
import io.attend.norm.Norm;
import io.attend.optimizer.AdamW;
import io.attend.position.AbsolutePosition;
import io.attend.position.RelativePosition;
import io.attend.recurrence.Recurrence;
import io.attend.router.Capacity;
import io.attend.router.Router;
import io.attend.router.Routing;
import io.attend.router.SwitchRouter;
import io.attend.score.Score;
import io.attend.tensor.Counted;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The cost model against what is counted and measured while a model runs.
class MeasuredTest {
    private static final Presets.Size SIZE = Presets.Size.width(120).heads(4);
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
                new Example<>("lstm", Presets.lstmTranslator(VOCABULARY, 2, 128, 0)),
                new Example<>("bahdanau", Presets.bahdanauTranslator(VOCABULARY, 128, 0)),
                new Example<>("luong", Presets.luongTranslator(VOCABULARY, 2, 128, 0)),
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

    /// Every example of every part of a block, in a small model around it.
    static Stream<Example<Architecture>> parts() {
        Heads heads = Heads.of(4);
        SoftmaxAttention causal = SoftmaxAttention.of(heads).masked(new Causal());
        Stream<Example<Architecture>> scores = Examples.of(Score.class)
                .map(score -> new Example<>(score.name(), decoder(new SelfAttention(causal.score(score.value())))));
        Stream<Example<Architecture>> positions = Examples.of(RelativePosition.class)
                .map(position ->
                        new Example<>(position.name(), decoder(new SelfAttention(causal.position(position.value())))));
        Stream<Example<Architecture>> feeds =
                Examples.of(FeedForward.class).map(feed -> new Example<>(feed.name(), encoder(new Feed(feed.value()))));
        Stream<Example<Architecture>> attentions = Examples.of(Attention.class)
                .map(attention ->
                        new Example<>(attention.name(), encoder(new SelfAttention(longer(attention.value())))));
        Stream<Example<Architecture>> convolutions = Examples.of(Convolution.class)
                .map(convolution -> new Example<>(convolution.name(), encoder(new Convolve(convolution.value()))));
        Stream<Example<Architecture>> norms = Examples.of(Norm.class)
                .map(norm -> new Example<>(
                        norm.name(), encoder(new Block(List.of(new Feed(WIDE)), norm.value(), new PreNorm(0)))));
        Stream<Example<Architecture>> residuals = Examples.of(Residual.class)
                .map(residual -> new Example<>(
                        residual.name(),
                        encoder(new Block(
                                List.of(SelfAttention.EXAMPLE, new Feed(WIDE)), LayerNorm.EXAMPLE, residual.value()))));
        Stream<Example<Architecture>> masks = Examples.of(Mask.class)
                .map(mask -> new Example<>(
                        mask.name(),
                        ofTwoTexts(new SelfAttention(SoftmaxAttention.of(heads).masked(mask.value())))));
        Stream<Example<Architecture>> routers = Examples.of(Router.class)
                .filter(router -> !(router.value() instanceof SwitchRouter)) // countsTheOperationsOfFullExperts
                .map(router ->
                        new Example<>(router.name(), encoder(new Feed(new MixtureOfExperts(5, router.value(), WIDE)))));
        Stream<Example<Architecture>> activations = Examples.of(Activation.class)
                .map(activation -> new Example<>(
                        activation.name(),
                        encoder(new Feed(new DenseFeedForward(509, activation.value(), Bias.ADDED, 0)))));
        Stream<Example<Architecture>> crossings = Examples.of(MemoryAttention.class)
                .filter(attention -> ((SoftmaxAttention) attention.value()).mask() instanceof Bidirectional)
                .map(attention -> new Example<>(attention.name(), translator(new CrossAttention(attention.value()))));
        Stream<Example<Architecture>> attending = Examples.of(Recurrence.class)
                .map(recurrence -> new Example<>(
                        recurrence.name(),
                        new Recur(recurrence.value()).causal()
                                ? translator(new Recur(recurrence.value()))
                                : encoder(new Recur(recurrence.value()))));
        return Stream.of(
                        scores,
                        positions,
                        feeds,
                        attentions,
                        convolutions,
                        residuals,
                        norms,
                        masks,
                        routers,
                        activations,
                        crossings,
                        attending)
                .flatMap(all -> all);
    }

    /// What stands alone or at an end of a model, by itself: beside a block its share would not show.
    static Stream<Arguments> ends() {
        Stream<Arguments> positions = Examples.of(AbsolutePosition.class)
                .map(example -> Arguments.of(example.name(), (Function<Parameters, Layer>)
                        parameters -> example.value().build(parameters, width(example.name()))));
        Stream<Arguments> heads = Examples.of(Head.class)
                .map(example -> Arguments.of(example.name(), (Function<Parameters, Layer>) parameters -> {
                    Table table = example.value() instanceof TiedAdaptiveHead
                            ? AdaptiveTable.EXAMPLE
                            : new DenseTable(VOCABULARY);
                    Table.Built words = table.build(parameters.in("table"), SIZE.width(), Optional.empty());
                    return example.value().build(parameters.in("head"), SIZE.width(), Optional.of(words));
                }));
        return Stream.concat(positions, heads);
    }

    /// The axes of these examples fill so much.
    private static int width(String name) {
        return name.startsWith("Axial") ? WIDTH : SIZE.width();
    }

    static Stream<Router> limited() {
        return Stream.concat(
                Examples.of(Router.class).map(Example::value).filter(router -> router instanceof SwitchRouter),
                Examples.of(Capacity.class)
                        .map(capacity -> new SwitchRouter(capacity.value(), SwitchRouter.Overflow.DROPPED)));
    }

    /// The model counts what is placed where use is even, so the tokens here are chosen to be wanted evenly.
    @ParameterizedTest
    @MethodSource("limited")
    void countsTheOperationsOfFullExperts(Router router) {
        int experts = 3;
        long each = 67;
        MixtureOfExperts value = new MixtureOfExperts(experts, router, WIDE);
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(parameters -> value.build(parameters, SIZE.width()), DType.FLOAT32)) {
            Tensor many = Grids.random(7, 1, 997, SIZE.width()).to(DType.FLOAT32);
            Context looking = Context.inference();
            bench.built().forward(many, looking);
            long[] wanted = looking.reports(Routing.class).getFirst().chosen().toLongs();
            long[] even = IntStream.range(0, experts)
                    .boxed()
                    .flatMap(expert -> IntStream.range(0, wanted.length)
                            .filter(token -> wanted[token] == expert)
                            .limit(each)
                            .boxed())
                    .mapToLong(Integer::longValue)
                    .toArray();
            assertThat((long) even.length).isEqualTo(experts * each);
            Tensor x = many.indexSelect(1, Tensor.of(even, even.length));
            double counted = Counted.during(() -> bench.built().forward(x, Context.inference()));
            double predicted =
                    bench.built().cost(Load.batch(1).length(experts * each)).flops();
            assertThat(predicted / counted)
                    .as("%s: predicted to counted", router)
                    .isCloseTo(1, within(0.05));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ends")
    void countsTheOperationsOfEnds(String name, Function<Parameters, Layer> build) {
        try (Lifetime _ = Lifetime.open();
                Bench<Layer> bench = Bench.of(build, DType.FLOAT32)) {
            for (int length : new int[] {23, 24}) { // a grid of 4 by 6 has 24 places
                Tensor x = Tensor.ones(Shape.of(2, length, width(name)), DType.FLOAT32);
                Tensor words = Tensor.arange(0, 2L * length).remainder(31).reshape(2, length);
                double predicted;
                try {
                    predicted = bench.built().cost(Load.batch(2).length(length)).flops();
                } catch (IllegalArgumentException e) {
                    continue; // not that many places
                }
                double counted = Counted.during(
                        () -> bench.built().forward(x, Context.inference().worded(Optional.of(words))));
                assertThat(predicted)
                        .as("%s at %s tokens: predicted", name, length)
                        .isCloseTo(counted, within(0.05 * counted));
            }
        }
    }

    private static final DenseFeedForward WIDE = new DenseFeedForward(509, new GeluTanh(), Bias.ADDED, 0);

    /// With as many places as the texts here have.
    private static Attention longer(Attention attention) {
        return attention instanceof Linformer some
                ? new Linformer(some.heads(), 59, some.rank(), some.sharing(), some.bias(), some.dropout())
                : attention;
    }

    private static Architecture translator(Sublayer sublayer) {
        Stack reads = Stack.of(1, new Block(List.of(new Feed(WIDE)), LayerNorm.EXAMPLE, new PreNorm(0)));
        Stack writes = Stack.of(2, new Block(List.of(sublayer), LayerNorm.EXAMPLE, new PreNorm(0)));
        TokenEmbedding words = TokenEmbedding.of(new DenseTable(VOCABULARY));
        return with(new EncoderDecoder(words, reads, words, writes), new LinearHead(VOCABULARY, Bias.NONE));
    }

    private static Architecture ofTwoTexts(Sublayer sublayer) {
        Block block = new Block(List.of(sublayer), LayerNorm.EXAMPLE, new PreNorm(0));
        return with(
                new Encoder(TokenEmbedding.of(new DenseTable(VOCABULARY)).segments(2), Stack.of(2, block)),
                new LinearHead(VOCABULARY, Bias.NONE));
    }

    private static Architecture encoder(Sublayer sublayer) {
        return encoder(new Block(List.of(sublayer), LayerNorm.EXAMPLE, new PreNorm(0)));
    }

    private static Architecture encoder(Block block) {
        return with(
                new Encoder(TokenEmbedding.of(new DenseTable(VOCABULARY)), Stack.of(2, block)),
                new LinearHead(VOCABULARY, Bias.NONE));
    }

    private static Architecture decoder(Sublayer... sublayers) {
        Block block = new Block(List.of(sublayers), LayerNorm.EXAMPLE, new PreNorm(0));
        return with(
                new Decoder(TokenEmbedding.of(new DenseTable(VOCABULARY)), Stack.of(2, block)),
                new LinearHead(VOCABULARY, Bias.NONE));
    }

    private static Architecture with(io.attend.architecture.Topology topology, Head head) {
        return new Architecture(SIZE.width(), topology, head);
    }

    @ParameterizedTest
    @MethodSource("models")
    void countsTheOperationsOfModels(Example<Architecture> example) {
        countsTheOperationsThatHappen(example, 31, 127, 257);
    }

    @ParameterizedTest
    @MethodSource("parts")
    void countsTheOperationsOfParts(Example<Architecture> example) {
        countsTheOperationsThatHappen(example, 31, 59);
    }

    private static void countsTheOperationsThatHappen(Example<Architecture> example, int... lengths) {
        try (Lifetime _ = Lifetime.open();
                Transformer model = Transformer.initialize(example.value(), 1)) {
            for (int length : lengths) {
                Tensor ids = Tensor.arange(0, 2L * length)
                        .mul(197)
                        .remainder(VOCABULARY)
                        .reshape(2, length);
                Tokens tokens = new Tokens(
                        ids,
                        Optional.empty(),
                        example.value().topology().embeddings().getFirst().segmented()
                                ? Optional.of(ids.mul(0))
                                : Optional.empty());
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

    /// In a process of its own, whose memory is freed to the system at once.
    @ParameterizedTest
    @CsvSource({
        "reversible, 256",
        "reversible, 64",
        "gpt, 64",
        "gpt, 256",
        "gpt, 512",
        "bert, 64",
        "bert, 256",
        "bert, 512"
    })
    @EnabledOnOs(OS.LINUX) // only there does the system say how much memory a process ever had
    void knowsThePeakOfATrainingStep(String name, int length) throws IOException {
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
                .as("%s at %s tokens: predicted to measured", name, length)
                .isCloseTo(1, within(0.1));
    }
}
