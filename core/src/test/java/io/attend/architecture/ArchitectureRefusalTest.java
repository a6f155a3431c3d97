package io.attend.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.activation.Gelu;
import io.attend.activation.Relu;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.AdaptiveTable;
import io.attend.embedding.DenseTable;
import io.attend.embedding.FactorisedTable;
import io.attend.embedding.SharedTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.AdaptiveHead;
import io.attend.head.ChunkedHead;
import io.attend.head.HierarchicalHead;
import io.attend.head.LinearHead;
import io.attend.head.MaskedLanguageHead;
import io.attend.head.NoHead;
import io.attend.head.NoiseContrastiveHead;
import io.attend.head.PairHead;
import io.attend.head.SampledHead;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TiedAdaptiveHead;
import io.attend.head.TiedHead;
import io.attend.head.TokenHead;
import io.attend.head.TokenPooling;
import io.attend.head.Tying;
import io.attend.layer.ArchitectureException;
import io.attend.layer.Bias;
import io.attend.layer.Parameters;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.model.SmallModels;
import io.attend.norm.LayerNorm;
import io.attend.norm.NoNorm;
import io.attend.norm.RmsNorm;
import io.attend.position.LearnedPosition;
import io.attend.position.SinusoidalPosition;
import io.attend.value.ValueException;
import io.attend.value.Variants;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// An architecture that cannot be built cannot be made: one line says where, what and what to do.
class ArchitectureRefusalTest {
    private static final TokenEmbedding WORDS = TokenEmbedding.of(new DenseTable(31));

    private static Stack stack(Sublayer... sublayers) {
        return Stack.of(1, new Block(List.of(sublayers), new NoNorm(), new PreNorm(0)));
    }

    private static Sublayer causal(Heads heads) {
        return new SelfAttention(SoftmaxAttention.of(heads).masked(new Causal()));
    }

    private static Architecture decoder(int width, Sublayer... sublayers) {
        return new Architecture(width, new Decoder(WORDS, stack(sublayers)));
    }

    // ---- what does not fit together ----

    @Test
    void headsThatDoNotDivideTheWidth() {
        assertCannotBuild(
                () -> decoder(32, causal(Heads.of(7))),
                "decoder.0.attention: 7 heads cannot divide width 32 evenly; change one of them, or give the heads a size of"
                        + " their own");
        assertThat(decoder(32, causal(Heads.of(7).size(3)))).isNotNull();
        Stack second = new Stack(
                List.of(
                        new Segment(2, new Block(List.of(causal(Heads.of(2))), new NoNorm(), new PreNorm(0))),
                        new Segment(
                                1,
                                new Block(
                                        List.of(causal(Heads.of(2)), causal(Heads.of(3))),
                                        new NoNorm(),
                                        new PostNorm(0)))),
                new NoNorm());
        assertCannotBuild(
                () -> new Architecture(32, new Decoder(WORDS, second)),
                "decoder.2.attention2: 3 heads cannot divide width 32 evenly; change one of them, or give the heads a size of"
                        + " their own");
    }

    @Test
    void wavesInAnOddWidth() {
        TokenEmbedding waves = WORDS.position(SinusoidalPosition.EXAMPLE);
        assertCannotBuild(
                () -> new Architecture(7, new Encoder(waves, stack(Feed.EXAMPLE))),
                "embedding.position: sinusoidal positions need an even width, not 7; use 8");
        assertCannotBuild(
                () -> new Architecture(7, new EncoderDecoder(WORDS, stack(Feed.EXAMPLE), waves, stack(Feed.EXAMPLE))),
                "target.position: sinusoidal positions need an even width, not 7; use 8");
    }

    @Test
    void crossAttentionWithoutAnEncoder() {
        String why =
                ": cross-attention needs a memory, which only the decoder of an EncoderDecoder has; remove it or change"
                        + " the topology";
        assertCannotBuild(() -> decoder(10, CrossAttention.EXAMPLE), "decoder.0.cross" + why);
        assertCannotBuild(
                () -> new Architecture(10, new Encoder(WORDS, stack(Feed.EXAMPLE, CrossAttention.EXAMPLE))),
                "encoder.0.cross" + why);
        assertCannotBuild(
                () -> new Architecture(
                        10, new EncoderDecoder(WORDS, stack(CrossAttention.EXAMPLE), WORDS, stack(Feed.EXAMPLE))),
                "encoder.0.cross" + why);
    }

    @Test
    void aSharedTableWithNothingToShare() {
        TokenEmbedding shared = TokenEmbedding.of(new SharedTable());
        String why = ": a SharedTable needs the table of an encoder to share, and there is none here; use a DenseTable";
        assertCannotBuild(
                () -> new Architecture(10, new Decoder(shared, stack(Feed.EXAMPLE))), "embedding.token" + why);
        assertCannotBuild(
                () -> new Architecture(10, new EncoderDecoder(shared, stack(Feed.EXAMPLE), WORDS, stack(Feed.EXAMPLE))),
                "source.token" + why);
    }

    @Test
    void aTiedHeadWithNothingToTie() {
        Parameters head = Parameters.root().in("head");
        String message =
                "head: a TiedHead needs an embedding with a table of words, and there is none; use a LinearHead";
        assertCannotBuild(() -> TiedHead.EXAMPLE.build(head, 10, Optional.empty()), message);
        assertCannotBuild(
                () -> MaskedLanguageHead.EXAMPLE.build(head, 10, Optional.empty()),
                "head: a MaskedLanguageHead needs an embedding with a table of words, and there is none; use a LinearHead");
    }

    @Test
    void aHeadOfAnotherWidthThanTheTable() {
        Encoder narrow = new Encoder(WORDS.inner(3), stack(Feed.EXAMPLE));
        assertCannotBuild(
                () -> new Architecture(10, narrow, TiedHead.EXAMPLE),
                "head: the table's vectors have 3 numbers and the stream 10; let the head narrow the stream with a product"
                        + " of its own, or use a head that changes the width before it scores");
        assertThat(new Architecture(10, narrow, TiedHead.OPT)).isNotNull();
        assertThat(new Architecture(10, narrow, MaskedLanguageHead.EXAMPLE)).isNotNull();
    }

    @Test
    void sidesOfUnlikeInnerWidth() {
        TokenEmbedding shared = TokenEmbedding.of(new SharedTable());
        assertCannotBuild(
                () -> new Architecture(
                        10, new EncoderDecoder(WORDS.inner(3), stack(Feed.EXAMPLE), shared, stack(Feed.EXAMPLE))),
                "target: the shared table's vectors have 3 numbers, but this embedding is 10 wide; use the same inner width"
                        + " on both sides");
        assertThat(new Architecture(
                        10,
                        new EncoderDecoder(WORDS.inner(3), stack(Feed.EXAMPLE), shared.inner(3), stack(Feed.EXAMPLE)),
                        TiedHead.OPT))
                .isNotNull();
    }

    @Test
    void bandsThinnerThanANumber() {
        Parameters head = Parameters.root().in("head");
        assertCannotBuild(
                () -> TiedAdaptiveHead.EXAMPLE.build(head, 10, Optional.empty()),
                "head: a TiedAdaptiveHead scores by the bands of an AdaptiveTable, and there is none; use an AdaptiveHead");
        TokenEmbedding words = TokenEmbedding.of(new AdaptiveTable(31, List.of(3, 5), 4));
        assertCannotBuild(
                () -> new Architecture(10, new Encoder(words, stack(Feed.EXAMPLE))),
                "embedding.token: band 2 of a width of 10 divided by 4 each would have no numbers left; use fewer cutoffs"
                        + " or a smaller divisor");
    }

    @Test
    void aDecoderThatSeesTheFuture() {
        Stack sees = stack(Feed.EXAMPLE, SelfAttention.EXAMPLE);
        assertRefused(
                () -> new Decoder(WORDS, sees),
                "a Decoder must not see the future, but an attention of its stack does; give it the mask Causal, or use an"
                        + " Encoder");
        assertRefused(
                () -> new EncoderDecoder(WORDS, sees, WORDS, sees),
                "a decoder must not see the future, but an attention of its stack does; give it the mask Causal");
    }

    // ---- numbers out of range ----

    private record Refused(Supplier<Object> made, String message) {}

    @TestFactory
    Stream<DynamicTest> numbersOutOfRange() {
        Block block = new Block(List.of(Feed.EXAMPLE), new NoNorm(), new PreNorm(0));
        Stream<Refused> others = Stream.of(
                new Refused(() -> new Segment(0, block), "times must be at least 1, not 0"),
                new Refused(() -> new Segment(-3, block), "times must be at least 1, not -3"),
                new Refused(() -> new Segment(10_001, block), "10001 times 1 blocks is more than 10000"),
                new Refused(
                        () -> new Segment(Integer.MAX_VALUE, List.of(block, block), Sharing.SHARED),
                        "2147483647 times 2 blocks is more than 10000"),
                new Refused(() -> new Segment(1, List.of(), Sharing.SEPARATE), "a segment needs at least one block"),
                new Refused(() -> new Stack(List.of(), new NoNorm()), "a stack needs at least one segment"),
                new Refused(
                        () -> new Block(List.of(), new NoNorm(), new PreNorm(0)),
                        "a block needs at least one sublayer"),
                new Refused(() -> new DenseTable(0), "vocabulary must be at least 1, not 0"),
                new Refused(() -> new LearnedPosition(0), "maximum must be at least 1, not 0"),
                new Refused(() -> WORDS.segments(-1), "segments must be at least 0, not -1"),
                new Refused(() -> WORDS.inner(0), "the inner width must be at least 1, not 0"),
                new Refused(() -> WORDS.factor(0), "factor must be a number other than 0, not 0.0"),
                new Refused(() -> WORDS.factor(Double.NaN), "factor must be a number other than 0, not NaN"),
                new Refused(
                        () -> new DenseTable(31, OptionalInt.of(31)),
                        "padding is word 31, but the vocabulary has only 0 to 30"),
                new Refused(() -> FactorisedTable.of(31).size(0), "size must be at least 1, not 0"),
                new Refused(
                        () -> new AdaptiveTable(31, List.of(), 2),
                        "there are no cutoffs: give at least one, the count of frequent words"),
                new Refused(
                        () -> new AdaptiveTable(31, List.of(7, 7), 2),
                        "cutoffs [7, 7] must rise between 0 and the vocabulary of 31"),
                new Refused(
                        () -> new AdaptiveTable(31, List.of(7, 31), 2),
                        "cutoffs [7, 31] must rise between 0 and the vocabulary of 31"),
                new Refused(() -> new AdaptiveTable(31, List.of(7), 0), "divisor must be at least 1, not 0"),
                new Refused(() -> TiedHead.EXAMPLE.scale(0), "scale must be a number other than 0, not 0.0"),
                new Refused(() -> TiedHead.EXAMPLE.softCap(0), "the soft cap must be above 0, not 0.0"),
                new Refused(() -> LinearHead.EXAMPLE.softCap(-1), "the soft cap must be above 0, not -1.0"),
                new Refused(() -> new SampledHead(0, Tying.TIED), "samples must be at least 1, not 0"),
                new Refused(() -> new NoiseContrastiveHead(0, Tying.TIED), "samples must be at least 1, not 0"),
                new Refused(() -> new ChunkedHead(TiedHead.EXAMPLE, 0), "chunk must be at least 1, not 0"),
                new Refused(
                        () -> new ChunkedHead(SequenceHead.EXAMPLE, 7),
                        "a SequenceHead does not score words position by position, so there is nothing to cut into chunks;"
                                + " use it by itself"),
                new Refused(
                        () -> new HierarchicalHead(List.of(7L), Bias.NONE),
                        "a tree needs the counts of at least 2 words, not of 1"),
                new Refused(
                        () -> new HierarchicalHead(List.of(7L, -1L), Bias.NONE),
                        "word 1 cannot have occurred -1 times"),
                new Refused(
                        () -> new HierarchicalHead(List.of(Long.MAX_VALUE, 1L), Bias.NONE),
                        "the counts add up to 9.2e+18, more than can be added; divide them"),
                new Refused(
                        () -> new AdaptiveHead(31, List.of(31), 2, Bias.NONE),
                        "cutoffs [31] must rise between 0 and the vocabulary of 31"),
                new Refused(() -> SequenceHead.of(0), "labels must be at least 1, not 0"),
                new Refused(() -> new TokenHead(0, 0), "labels must be at least 1, not 0"),
                new Refused(
                        () -> new TokenPooling(-1, TokenPooling.Occurrence.LAST), "token must be at least 0, not -1"),
                new Refused(
                        () -> new PairHead(MaskedLanguageHead.EXAMPLE, new Gelu(), 0),
                        "relations must be at least 1, not 0"),
                new Refused(() -> new LinearHead(0, Bias.NONE), "outputs must be at least 1, not 0"),
                new Refused(
                        () -> new DenseFeedForward(0, new Relu(), Bias.ADDED, 0), "hidden must be at least 1, not 0"),
                new Refused(() -> Heads.of(0), "heads must be at least 1, not 0"),
                new Refused(() -> Heads.of(2).size(0), "a head's size must be at least 1, not 0"),
                new Refused(
                        () -> Heads.of(32).sharing(7),
                        "32 query heads cannot share 7 key-value heads; 7 must divide 32"),
                new Refused(
                        () -> Heads.of(32).sharing(64),
                        "32 query heads cannot share 64 key-value heads; 64 must divide 32"),
                new Refused(() -> Heads.of(2).sharing(0), "key-value heads must be at least 1, not 0"),
                new Refused(
                        () -> new LayerNorm(0, Bias.ADDED), "epsilon 0.0 is outside (0, 1); the usual value is 1e-5"),
                new Refused(
                        () -> new LayerNorm(1, Bias.ADDED), "epsilon 1.0 is outside (0, 1); the usual value is 1e-5"),
                new Refused(() -> new RmsNorm(-1e-6), "epsilon -1.0E-6 is outside (0, 1); the usual value is 1e-6"),
                new Refused(() -> new RmsNorm(Double.NaN), "epsilon NaN is outside (0, 1); the usual value is 1e-6"),
                new Refused(() -> decoder(0, Feed.EXAMPLE), "width must be from 1 to 1048576, not 0"),
                new Refused(() -> decoder(1_048_577, Feed.EXAMPLE), "width must be from 1 to 1048576, not 1048577"),
                new Refused(
                        () -> new Architecture(
                                2,
                                10,
                                new Decoder(WORDS, stack(Feed.EXAMPLE)),
                                new NoHead(),
                                new LayerInitialization(),
                                Optional.empty()),
                        "format 2 is not one this version reads; it reads 1"));
        Stream<Refused> dropouts = Stream.of(1.0, -0.1, 7.0, Double.NaN, Double.POSITIVE_INFINITY)
                .flatMap(rate -> Stream.<Supplier<Object>>of(
                                () -> SoftmaxAttention.EXAMPLE.dropout(rate),
                                () -> new DenseFeedForward(29, new Gelu(), Bias.ADDED, rate),
                                () -> WORDS.dropout(rate),
                                () -> SequenceHead.of(3).dropout(rate),
                                () -> new TokenHead(3, rate),
                                () -> new SpanHead(rate),
                                () -> new PreNorm(rate),
                                () -> new PostNorm(rate))
                        .map(made -> new Refused(made, "dropout " + rate + " is outside [0, 1)")));
        return Stream.concat(others, dropouts)
                .map(refused -> DynamicTest.dynamicTest(
                        refused.message, () -> assertRefused(refused.made::get, refused.message)));
    }

    // ---- sizes no machine holds: an error, not an overflow ----

    @Test
    void moreHeadsThanANumberHolds() {
        assertCannotBuild(
                () -> decoder(10, causal(Heads.of(65_536).size(65_536))),
                "decoder.0.attention: 65536 heads of 65536 numbers are 4294967296 in all, more than 2147483647; use fewer or"
                        + " smaller heads");
        assertCannotBuild(
                () -> decoder(10, causal(Heads.of(Integer.MAX_VALUE).size(Integer.MAX_VALUE))),
                "decoder.0.attention: 2147483647 heads of 2147483647 numbers are 4611686014132420609 in all, more than"
                        + " 2147483647; use fewer or smaller heads");
    }

    @Test
    void theLargestSizesAreCountedWithoutOverflow() {
        DenseFeedForward most = new DenseFeedForward(Integer.MAX_VALUE, new Relu(), Bias.NONE, 0);
        Parameters recorded = Parameters.root();
        decoder(1 << 12, new Feed(most)).build(recorded);
        assertThat(recorded.all().getLast().shape().count()).isEqualTo((1L << 12) * Integer.MAX_VALUE);
    }

    @Test
    void moreParametersThanCanBeCounted() {
        DenseFeedForward most = new DenseFeedForward(Integer.MAX_VALUE, new Relu(), Bias.NONE, 0);
        Block block = new Block(List.of(new Feed(most)), new NoNorm(), new PreNorm(0));
        assertRefused(
                () -> new Architecture(1 << 20, new Decoder(WORDS, Stack.of(10_000, block))),
                "the model has 4.5e+19 parameters, more than 1e+15; make its sizes smaller");
    }

    /// A short file must not cost a long time or a full heap.
    @Test
    void moreBlocksThanCanBeBuilt() {
        Segment many = new Segment(10_000, new Block(List.of(Feed.EXAMPLE), new NoNorm(), new PreNorm(0)));
        assertRefused(
                () -> new Stack(java.util.Collections.nCopies(100, many), new NoNorm()),
                "a stack of 1000000 branches in all is more than 50000; repeat fewer blocks, or blocks of fewer sublayers");
        String feed = "{\"type\": \"Feed\", \"feedForward\": {\"type\": \"DenseFeedForward\", \"hidden\": 1}}";
        String feeds = IntStream.range(0, 1000).mapToObj(_ -> feed).collect(Collectors.joining(","));
        String json =
                "{\"width\": 10, \"topology\": {\"type\": \"Encoder\", \"embedding\": {\"type\": \"TokenEmbedding\","
                        + " \"table\": {\"type\": \"DenseTable\", \"vocabulary\": 3}}, \"stack\": {\"segments\": [{\"times\": 10000,"
                        + " \"blocks\": [{\"sublayers\": [" + feeds
                        + "], \"norm\": \"NoNorm\", \"residual\": \"PreNorm\"}]}]}}}";
        Assertions.assertTimeout(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> Architecture.parse(json))
                        .isExactlyInstanceOf(ValueException.class)
                        .hasMessage(
                                "$.topology.stack: a stack of 10000000 branches in all is more than 50000; repeat fewer"
                                        + " blocks, or blocks of fewer sublayers"));
    }

    // ---- from a file: the path in front ----

    @Test
    void aFileNamesThePath() {
        String json = SmallModels.GPT.toJson();
        String segment = "$.topology.stack.segments[0]";
        assertParse(json, "\"times\" : 2", "\"times\" : 0", segment + ": times must be at least 1, not 0");
        assertParse(
                json, "\"times\" : 2", "\"times\" : \"2\"", segment + ".times: expected a whole number, found \"2\"");
        assertParse(
                json,
                "\"count\" : 2",
                "\"count\" : 7",
                "$: decoder.0.attention: 7 heads cannot divide width 10 evenly; change one of them, or give the heads a"
                        + " size of their own");
        assertParse(
                json,
                "\"count\" : 2",
                "\"count\" : 2, \"keyValue\" : 3",
                segment
                        + ".blocks[0].sublayers[0].attention.heads: 2 query heads cannot share 3 key-value heads; 3 must"
                        + " divide 2");
        assertParse(
                json,
                "\"mask\" : \"Causal\"",
                "\"mask\" : \"Bidirectional\"",
                "$.topology: a Decoder must not see the future, but an attention of its stack does; give it the mask"
                        + " Causal, or use an Encoder");
        assertParse(
                json,
                "\"mask\" : \"Causal\"",
                "\"mask\" : \"Sliding\"",
                segment
                        + ".blocks[0].sublayers[0].attention.mask: unknown Mask type Sliding; known: "
                        + String.join(", ", Variants.of(Mask.class).keySet()));
        assertParse(
                json,
                "\"hidden\" : 13",
                "\"hidden\" : 13, \"intermediate\" : 3",
                segment + ".blocks[0].sublayers[1].feedForward: unknown [intermediate]; DenseFeedForward has [hidden,"
                        + " activation, bias, dropout]");
        assertParse(
                json,
                "\"hidden\" : 13,",
                "",
                segment + ".blocks[0].sublayers[1].feedForward.hidden: missing; DenseFeedForward cannot do without it");
        assertParse(
                json,
                "\"sharing\" : \"separate\"",
                "\"sharing\" : \"all\"",
                segment + ".sharing: unknown all; known: separate, shared");
        assertParse(json, "\"format\" : 1", "\"format\" : 2", "$: format 2 is not one this version reads; it reads 1");
        assertParse(
                json,
                "\"vocabulary\" : 31",
                "\"vocabulary\" : 99999999999",
                "$.topology.embedding.table.vocabulary: expected a whole number, found 99999999999");
        assertParse(
                json,
                "\"type\" : \"Decoder\"",
                "\"type\" : \"GPT\"",
                "$.topology: unknown Topology type GPT; known: Decoder, Encoder, EncoderDecoder," + " FunnelEncoder");
    }

    private static void assertParse(String json, String from, String to, String message) {
        assertThat(json).contains(from);
        assertThatThrownBy(() -> Architecture.parse(json.replace(from, to)))
                .isExactlyInstanceOf(ValueException.class)
                .hasMessage(message);
    }

    private static void assertCannotBuild(ThrowingCallable made, String message) {
        assertThatThrownBy(made)
                .isExactlyInstanceOf(ArchitectureException.class)
                .hasMessage(message);
    }

    private static void assertRefused(ThrowingCallable made, String message) {
        assertThatThrownBy(made)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
