package io.attend.model;

import io.attend.activation.GeluTanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.BlockNorm;
import io.attend.architecture.Convolve;
import io.attend.architecture.CrossAttention;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Feed;
import io.attend.architecture.LayerScale;
import io.attend.architecture.PostNorm;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Presets;
import io.attend.architecture.Residual;
import io.attend.architecture.Reversible;
import io.attend.architecture.SandwichNorm;
import io.attend.architecture.Segment;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Sharing;
import io.attend.architecture.Stack;
import io.attend.architecture.Streams;
import io.attend.architecture.Sublayer;
import io.attend.architecture.Topology;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.convolution.ConformerConvolution;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.feedforward.GatedFeedForward;
import io.attend.feedforward.MixtureOfExperts;
import io.attend.feedforward.ScaledFeedForward;
import io.attend.feedforward.SharedExpert;
import io.attend.feedforward.SharedFeedForward;
import io.attend.feedforward.SoftMixtureOfExperts;
import io.attend.head.LinearHead;
import io.attend.layer.Bias;
import io.attend.mask.And;
import io.attend.mask.BlockLocal;
import io.attend.mask.Causal;
import io.attend.mask.Document;
import io.attend.mask.Or;
import io.attend.mask.SlidingWindow;
import io.attend.norm.LayerNorm;
import io.attend.norm.NoNorm;
import io.attend.norm.RmsNorm;
import io.attend.norm.ScaleNorm;
import io.attend.position.Alibi;
import io.attend.position.BucketedBias;
import io.attend.position.LearnedPosition;
import io.attend.position.Rotary;
import io.attend.position.ShawPosition;
import io.attend.position.SinusoidalPosition;
import io.attend.position.TransformerXlPosition;
import io.attend.router.HashRouter;
import io.attend.router.TopKRouter;
import io.attend.value.Examples;
import io.attend.value.Examples.Example;
import java.util.List;
import java.util.stream.Stream;

/// Whole models small enough for tests: the presets, every topology's examples, and some that put parts
/// together as no preset does.
public final class SmallModels {
    public static final int WIDTH = 10;
    public static final int VOCABULARY = 31;

    private static final Presets.Size SIZE = Presets.Size.width(WIDTH).heads(2).hidden(13);

    /// The 2017 encoder-decoder.
    public static final Architecture TRANSFORMER = Presets.transformer(VOCABULARY, 2, SIZE, 0.1);

    public static final Architecture GPT = Presets.gpt(VOCABULARY, 2, SIZE, 61);
    public static final Architecture BERT = Presets.bert(VOCABULARY, 2, SIZE, 61);

    public static final Architecture LSTM = Presets.lstmTranslator(VOCABULARY, 2, WIDTH, 0);
    public static final Architecture BAHDANAU = Presets.bahdanauTranslator(VOCABULARY, WIDTH, 0);
    public static final Architecture LUONG = Presets.luongTranslator(VOCABULARY, 2, WIDTH, 0);
    public static final Architecture CONVOLUTIONAL = Presets.convolutionalTranslator(VOCABULARY, 2, WIDTH, 61);

    private SmallModels() {}

    public static Stream<Example<Architecture>> all() {
        return Stream.concat(
                Stream.of(
                        new Example<>("transformer", TRANSFORMER),
                        new Example<>("gpt", GPT),
                        new Example<>("bert", BERT),
                        new Example<>("lstm translator", LSTM),
                        new Example<>("bahdanau translator", BAHDANAU),
                        new Example<>("luong translator", LUONG),
                        new Example<>("convolutional translator", CONVOLUTIONAL),
                        new Example<>("reversible decoder of experts", reversible()),
                        new Example<>("conformer", conformer()),
                        new Example<>("shared and alternating blocks", alternating()),
                        new Example<>("relative positions under masks", relative()),
                        new Example<>("pre-norm encoder-decoder of two vocabularies", twoVocabularies())),
                Examples.of(Topology.class)
                        .map(example -> new Example<>(example.name(), new Architecture(WIDTH, example.value()))));
    }

    public static Stream<Example<Architecture>> writing() {
        return all().filter(example -> example.value().topology().generates());
    }

    /// A decoder whose segments alternate, share weights across repetitions, repeat a kind of branch, and have
    /// no positions.
    private static Architecture alternating() {
        Sublayer grouped = new SelfAttention(SoftmaxAttention.GROUPED);
        Sublayer many = new SelfAttention(SoftmaxAttention.CAUSAL);
        Sublayer feed = new Feed(DenseFeedForward.EXAMPLE);
        Block one = new Block(List.of(feed, grouped, feed), new RmsNorm(1e-6), new PreNorm(0));
        Block other = new Block(List.of(many), new LayerNorm(1e-5, Bias.NONE), new PostNorm(0));
        Stack stack = new Stack(
                List.of(
                        new Segment(2, List.of(one, other), Sharing.SHARED),
                        new Segment(1, List.of(other), Sharing.SEPARATE)),
                new RmsNorm(1e-6));
        TokenEmbedding words = TokenEmbedding.of(new DenseTable(VOCABULARY));
        return new Architecture(WIDTH, new Decoder(words, stack), new LinearHead(37, Bias.ADDED));
    }

    /// A decoder whose blocks place their tokens in every way there is inside attention, under several masks;
    /// blocks with buckets share them.
    private static Architecture relative() {
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(6).sharing(3).size(4));
        List<Sublayer> sublayers = Stream.of(
                        attention.position(Rotary.EXAMPLE).masked(new SlidingWindow(3)),
                        attention.position(BucketedBias.CAUSAL).masked(new Causal()),
                        attention.position(new Alibi()).masked(new Causal()),
                        attention.position(ShawPosition.EXAMPLE).masked(new And(new Causal(), new BlockLocal(5))),
                        attention.position(TransformerXlPosition.EXAMPLE).masked(Or.CAUSAL),
                        attention.position(BucketedBias.CAUSAL).masked(new And(new Causal(), new Document())))
                .<Sublayer>map(SelfAttention::new)
                .toList();
        Block block = new Block(sublayers, new RmsNorm(1e-6), new PreNorm(0));
        TokenEmbedding words = TokenEmbedding.of(new DenseTable(VOCABULARY))
                .position(new SinusoidalPosition(SinusoidalPosition.Order.HALVES));
        return new Architecture(
                WIDTH,
                new Decoder(words, Stack.of(2, block).finalNorm(new RmsNorm(1e-6))),
                new LinearHead(37, Bias.ADDED));
    }

    /// An encoder-decoder of unlike sides, whose encoder sees only backwards.
    private static Architecture twoVocabularies() {
        Sublayer reads = new SelfAttention(SoftmaxAttention.of(Heads.of(1)).masked(new Causal()));
        Sublayer crosses =
                new CrossAttention(SoftmaxAttention.of(Heads.of(4).sharing(2).size(3)));
        Sublayer feed = new Feed(new DenseFeedForward(11, new GeluTanh(), Bias.NONE, 0));
        EncoderDecoder topology = new EncoderDecoder(
                TokenEmbedding.of(new DenseTable(17)).norm(LayerNorm.EXAMPLE),
                Stack.of(1, new Block(List.of(reads), new NoNorm(), new PreNorm(0))),
                TokenEmbedding.of(new DenseTable(VOCABULARY)).position(new LearnedPosition(61)),
                Stack.of(
                                2,
                                new Block(
                                        List.of(crosses, new SelfAttention(SoftmaxAttention.GROUPED), feed),
                                        new RmsNorm(1e-6),
                                        new PreNorm(0)))
                        .finalNorm(new LayerNorm(1e-6, Bias.NONE)));
        return new Architecture(WIDTH, topology, new LinearHead(VOCABULARY, Bias.NONE));
    }

    /// A decoder of two streams, which leave side by side, whose experts are chosen by scores and by words, and
    /// which shares one feed-forward among its blocks.
    private static Architecture reversible() {
        Sublayer attention = new SelfAttention(SoftmaxAttention.CAUSAL);
        Sublayer shared = new Feed(new SharedFeedForward(GatedFeedForward.EXAMPLE));
        Sublayer experts = new Feed(new SharedExpert(
                DenseFeedForward.EXAMPLE, new MixtureOfExperts(2, TopKRouter.EXAMPLE, DenseFeedForward.EXAMPLE)));
        Sublayer hashed = new Feed(new MixtureOfExperts(3, HashRouter.EXAMPLE, DenseFeedForward.EXAMPLE));
        Residual residual = new Reversible(Streams.CONCATENATED, 0);
        Stack stack = new Stack(
                List.of(
                        new Segment(2, new Block(List.of(attention, shared), RmsNorm.GEMMA, residual)),
                        new Segment(1, new Block(List.of(attention, experts), new RmsNorm(1e-6), residual)),
                        new Segment(1, new Block(List.of(attention, hashed), new ScaleNorm(1e-5), residual))),
                LayerNorm.EXAMPLE);
        return new Architecture(
                WIDTH,
                new Decoder(TokenEmbedding.of(new DenseTable(VOCABULARY)), stack),
                new LinearHead(VOCABULARY, Bias.NONE));
    }

    /// An encoder of Conformer blocks: two half steps around attention and convolution, and a norm at the end.
    private static Architecture conformer() {
        Sublayer half = new Feed(new ScaledFeedForward(0.5, DenseFeedForward.EXAMPLE));
        Block block = new Block(
                List.of(
                        half,
                        new SelfAttention(SoftmaxAttention.EXAMPLE),
                        new Convolve(ConformerConvolution.EXAMPLE),
                        half),
                LayerNorm.EXAMPLE,
                new BlockNorm(new PreNorm(0)));
        Block soft = new Block(
                List.of(new SelfAttention(SoftmaxAttention.EXAMPLE), new Feed(SoftMixtureOfExperts.EXAMPLE)),
                LayerNorm.EXAMPLE,
                new LayerScale(0.1, new SandwichNorm(0)));
        Stack stack = new Stack(List.of(new Segment(1, block), new Segment(1, soft)), new NoNorm());
        return new Architecture(
                WIDTH,
                new Encoder(TokenEmbedding.of(new DenseTable(VOCABULARY)), stack),
                new LinearHead(VOCABULARY, Bias.NONE));
    }

    /// Whether the model reads a source and writes a target.
    public static boolean translates(Architecture architecture) {
        return architecture.topology() instanceof EncoderDecoder;
    }

    /// Whether no position of what comes out depends on a word behind it.
    public static boolean causal(Architecture architecture) {
        return !(architecture.topology() instanceof Encoder);
    }
}
