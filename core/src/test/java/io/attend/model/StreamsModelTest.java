package io.attend.model;

import static io.attend.layer.Grids.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.CrossAttention;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Feed;
import io.attend.architecture.Inputs;
import io.attend.architecture.PostNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Attention;
import io.attend.attention.NgramAttention;
import io.attend.attention.SoftmaxAttention;
import io.attend.attention.TwoStreamAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.NgramEmbedding;
import io.attend.embedding.PermutedTokens;
import io.attend.embedding.SharedTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.embedding.Tokens;
import io.attend.embedding.TwoStreamEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.NgramHead;
import io.attend.head.TiedHead;
import io.attend.head.Tying;
import io.attend.layer.Bench;
import io.attend.layer.Bias;
import io.attend.layer.Context;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.tensor.DType;
import io.attend.tensor.Lifetime;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Whole models with several streams along the length.
class StreamsModelTest {
    private static final int WIDTH = 10;
    private static final int WORDS = 31;
    private static final int AHEAD = 3;
    private static final LearnedPosition POSITIONS = new LearnedPosition(61, 2);
    private static final Feed FEED = new Feed(DenseFeedForward.EXAMPLE);

    private static Stack stack(Attention attention, boolean looks) {
        SelfAttention self = new SelfAttention(attention);
        CrossAttention cross = new CrossAttention(SoftmaxAttention.EXAMPLE);
        return Stack.of(
                2,
                new Block(
                        looks ? List.of(self, cross, FEED) : List.of(self, FEED), LayerNorm.EXAMPLE, new PostNorm(0)));
    }

    private static NgramEmbedding ahead(io.attend.embedding.Table table) {
        return new NgramEmbedding(table, AHEAD, POSITIONS, LayerNorm.EXAMPLE, 0);
    }

    private static Architecture prophet(NgramHead head) {
        return new Architecture(
                WIDTH,
                new EncoderDecoder(
                        TokenEmbedding.of(new DenseTable(WORDS)).position(POSITIONS),
                        stack(SoftmaxAttention.EXAMPLE, false),
                        ahead(new SharedTable()),
                        stack(NgramAttention.EXAMPLE, true)),
                head);
    }

    private static Transformer filled(Architecture architecture) {
        Transformer model = Transformer.initialize(architecture, 1);
        model.saved().forEach(parameter -> Bench.fill(parameter, DType.FLOAT64));
        return model;
    }

    private static Tensor ids(int first, int batch, int length) {
        long[] ids = new long[batch * length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (first + 7L * i * i) % WORDS;
        }
        return Tensor.of(ids, batch, length);
    }

    @Test
    void stepByStepIsAllAtOnce() {
        try (Lifetime _ = Lifetime.open();
                Transformer model = filled(prophet(NgramHead.EXAMPLE))) {
            Tokens source = Tokens.of(ids(3, 2, 5));
            Tensor target = ids(5, 2, 11);
            Tensor whole = model.forward(Inputs.of(source, Tokens.of(target)), Context.inference());
            assertThat(whole.shape()).isEqualTo(Shape.of(2, 11, WORDS));
            for (Remembering remembering : Remembering.values()) {
                try (Session session = model.session(Optional.of(source), remembering)) {
                    int before = 0;
                    for (int chunk : new int[] {1, 1, 5, 3, 1}) {
                        Tensor scores = session.all(Tokens.of(target.narrow(1, before, chunk)));
                        assertThat(difference(scores, whole.narrow(1, before, chunk)))
                                .as("%s from %s by %s", remembering, before, chunk)
                                .isLessThan(1e-10);
                        before += chunk;
                    }
                }
            }
        }
    }

    @Test
    void aDecoderAloneWritesToo() {
        Architecture architecture = new Architecture(
                WIDTH,
                new Decoder(ahead(new DenseTable(WORDS)), stack(NgramAttention.EXAMPLE, false)),
                new NgramHead(Tying.OWN, NgramHead.Streams.ALL));
        try (Lifetime _ = Lifetime.open();
                Transformer model = filled(architecture);
                Session session = model.session(Optional.empty())) {
            Tensor ids = ids(5, 2, 7);
            Tensor whole = model.forward(Inputs.of(Tokens.of(ids)), Context.inference());
            session.next(ids.narrow(1, 0, 4));
            assertThat(difference(session.next(ids.narrow(1, 4, 3)), whole.select(1, 6)))
                    .isLessThan(1e-10);
        }
    }

    /// Every stream is asked for the same word, and the mean is over all of them.
    @Test
    void theLossIsTheMeanOverStreams() {
        Tensor answers;
        try (Lifetime _ = Lifetime.open();
                Transformer all = filled(prophet(NgramHead.EXAMPLE));
                Transformer first = filled(prophet(new NgramHead(Tying.TIED, NgramHead.Streams.FIRST)))) {
            Inputs inputs = Inputs.of(Tokens.of(ids(3, 2, 5)), Tokens.of(ids(5, 2, 7)));
            answers = Tensor.of(new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9, -100, 11, 12, -100, -100}, 2, 7);
            Map<String, Tensor> outputs = all.outputs(inputs, Context.inference());
            assertThat(outputs.get("logits_ngram").shape()).isEqualTo(Shape.of(2, AHEAD - 1, 7, WORDS));
            List<double[]> streams = new ArrayList<>();
            streams.add(outputs.get("logits").toDoubles());
            for (int i = 0; i < AHEAD - 1; i++) {
                streams.add(
                        outputs.get("logits_ngram").select(1, i).contiguous().toDoubles());
            }
            double sum = 0;
            double firsts = 0;
            for (int i = 0; i < AHEAD; i++) {
                double stream = 0;
                for (int row = 0; row < 14; row++) {
                    long answer = answers.toLongs()[row];
                    if (answer >= 0) {
                        double total = 0;
                        for (int v = 0; v < WORDS; v++) {
                            total += Math.exp(streams.get(i)[row * WORDS + v]);
                        }
                        stream += Math.log(total) - streams.get(i)[row * WORDS + (int) answer];
                    }
                }
                sum += stream;
                firsts += i == 0 ? stream : 0;
            }
            assertThat(all.loss(inputs, answers, 0, Context.inference()).item())
                    .isCloseTo(sum / (11 * AHEAD), org.assertj.core.api.Assertions.within(1e-10));
            assertThat(first.loss(inputs, answers, 0, Context.inference()).item())
                    .isCloseTo(firsts / 11, org.assertj.core.api.Assertions.within(1e-10));
        }
    }

    /// The head is given the queries and nothing else.
    @Test
    void whatIsAskedIsAnswered() {
        Architecture architecture = new Architecture(
                WIDTH,
                new Encoder(TwoStreamEmbedding.EXAMPLE, stack(TwoStreamAttention.EXAMPLE, false)),
                new TiedHead(Bias.NONE));
        try (Lifetime _ = Lifetime.open();
                Transformer model = filled(architecture)) {
            Tokens tokens = Tokens.of(ids(3, 2, 5));
            Tensor targets = Tensor.zeros(Shape.of(2, 3, 5), DType.FLOAT64);
            targets.select(2, 1).fill_(1);
            Inputs asked = Inputs.of(new PermutedTokens(tokens, Optional.empty(), Optional.of(targets)));
            Tensor answers = model.forward(asked, Context.inference());
            assertThat(answers.shape()).isEqualTo(Shape.of(2, 3, WORDS));
            assertThat(difference(answers.select(1, 0), answers.select(1, 2))).isLessThan(1e-12);
            Inputs ordered = Inputs.of(new PermutedTokens(
                    tokens, Optional.of(Tensor.zeros(Shape.of(2, 5, 5), DType.BOOL)), Optional.empty()));
            assertThat(difference(
                            model.forward(ordered, Context.inference()),
                            model.forward(Inputs.of(tokens), Context.inference())))
                    .isLessThan(1e-12);
        }
    }

    @Test
    void refusesWhatWouldMixStreams() {
        assertThatThrownBy(() -> new Encoder(TwoStreamEmbedding.EXAMPLE, stack(SoftmaxAttention.EXAMPLE, false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the embedding lays out QUERIES along the length, which a SoftmaxAttention would mix; use an"
                                + " attention that takes them apart, or another embedding");
        assertThatThrownBy(() -> new Decoder(NgramEmbedding.EXAMPLE, stack(TwoStreamAttention.CAUSAL, false)))
                .hasMessageContaining("NGRAMS along the length, which a TwoStreamAttention would mix");
        assertThatThrownBy(() -> new EncoderDecoder(
                        NgramEmbedding.EXAMPLE,
                        stack(NgramAttention.EXAMPLE, false),
                        TokenEmbedding.EXAMPLE,
                        stack(SoftmaxAttention.CAUSAL, true)))
                .hasMessage(
                        "an encoder in front of a decoder reads one stream, but its embedding lays out NGRAMS; use a"
                                + " TokenEmbedding");
    }

    @Test
    void refusesOrdersItHasNoStreamFor() {
        try (Lifetime _ = Lifetime.open();
                Transformer bert = filled(SmallModels.BERT);
                Transformer prophet = filled(prophet(NgramHead.EXAMPLE))) {
            Tokens tokens = Tokens.of(ids(3, 2, 5));
            PermutedTokens permuted = new PermutedTokens(tokens, Optional.empty(), Optional.empty());
            assertThatThrownBy(() -> bert.forward(Inputs.of(permuted), Context.inference()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("embedding: permuted tokens need a TwoStreamEmbedding, and this model has none; give it"
                            + " plain tokens");
            assertThatThrownBy(() -> prophet.forward(Inputs.of(tokens, permuted), Context.inference()))
                    .hasMessage(
                            "target: permuted tokens need a TwoStreamEmbedding, and this model predicts n-grams; give"
                                    + " it plain tokens");
            assertThatThrownBy(() -> new PermutedTokens(
                            tokens, Optional.of(Tensor.zeros(Shape.of(2, 5, 4), DType.BOOL)), Optional.empty()))
                    .hasMessageStartingWith("hidden must be [2, 5, 5] BOOL, not ");
            assertThatThrownBy(() -> new PermutedTokens(
                            tokens, Optional.empty(), Optional.of(Tensor.zeros(Shape.of(2, 3, 4), DType.FLOAT32))))
                    .hasMessageStartingWith("targets must be [2, P, 5] floating-point with at least one row, not ");
        }
    }

    @Test
    void refusesSizesThatDoNotFit() {
        assertThatThrownBy(() -> new NgramAttention(io.attend.attention.Heads.of(2), 9, 4, NgramAttention.Order.OWN, 0))
                .hasMessage("9 buckets tell distances up to 4 apart one by one; furthest must be more, not 4");
        assertThatThrownBy(() -> new NgramEmbedding(new DenseTable(WORDS), 0, POSITIONS, LayerNorm.EXAMPLE, 0))
                .hasMessage("streams must be from 1 to 64, not 0");
        assertThatThrownBy(() -> new TwoStreamAttention(
                        io.attend.attention.Heads.of(4).sharing(2),
                        TwoStreamAttention.EXAMPLE.mask(),
                        TwoStreamAttention.EXAMPLE.position(),
                        0))
                .hasMessage("two-stream attention has as many key-value heads as query heads: 4, not 2");
    }
}
