package io.attend.architecture;

import io.attend.activation.Gelu;
import io.attend.activation.GeluTanh;
import io.attend.activation.Relu;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.convolution.GatedConvolution;
import io.attend.convolution.Reach;
import io.attend.embedding.DenseTable;
import io.attend.embedding.Scale;
import io.attend.embedding.SharedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.LinearHead;
import io.attend.head.MaskedLanguageHead;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.mask.And;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Document;
import io.attend.mask.Mask;
import io.attend.norm.LayerNorm;
import io.attend.norm.NoNorm;
import io.attend.position.LearnedPosition;
import io.attend.position.SinusoidalPosition;
import io.attend.recurrence.BahdanauRecurrence;
import io.attend.recurrence.Cell;
import io.attend.recurrence.Direction;
import io.attend.recurrence.Gru;
import io.attend.recurrence.Lstm;
import io.attend.recurrence.LuongRecurrence;
import io.attend.recurrence.Recurrence;
import io.attend.recurrence.Start;
import java.util.ArrayList;
import java.util.List;

/// Well-known architectures. Ordinary code: read it to see how one is written.
public final class Presets {
    private Presets() {}

    /// The sizes of a model's blocks, by name: `Size.width(512).heads(8).hidden(2048)`.
    ///
    /// @param width E
    /// @param heads H
    /// @param hidden F
    public record Size(int width, int heads, int hidden) {
        /// As many heads of 64 and as large a feed-forward, 4 times the width, as is usual.
        public static Size width(int width) {
            return new Size(width, Math.max(1, width / 64), 4 * width);
        }

        public Size heads(int count) {
            return new Size(width, count, hidden);
        }

        public Size hidden(int numbers) {
            return new Size(width, heads, numbers);
        }
    }

    /// The base model of Attention Is All You Need (2017): 6 + 6 blocks of width 512, 8 heads, 2048 hidden.
    public static Architecture transformerBase(int vocabulary) {
        return transformer(vocabulary, 6, Size.width(512), 0.1);
    }

    /// The big model of the same paper: 6 + 6 blocks of width 1024, 16 heads, 4096 hidden.
    public static Architecture transformerBig(int vocabulary) {
        return transformer(vocabulary, 6, Size.width(1024), 0.3);
    }

    /// GPT-2 small: 12 blocks of width 768, 12 heads, 50,257 words, 1,024 positions.
    public static Architecture gpt2() {
        return gpt(50_257, 12, Size.width(768), 1024);
    }

    /// BERT base, uncased, with its head for masked words: 12 blocks of width 768, 12 heads, 30,522 words, 512
    /// positions.
    public static Architecture bertBase() {
        return bert(30_522, 12, Size.width(768), 512);
    }

    /// An encoder-decoder as the 2017 paper has it: post-norm, sinusoidal positions, ReLU, one table of words
    /// for source, target and output, embeddings scaled by the square root of the width. Dropout stands where
    /// the paper has it, on the embeddings and on what each sublayer adds; not on attention weights or hidden
    /// features.
    public static Architecture transformer(int vocabulary, int layers, Size size, double dropout) {
        Sublayer feed = new Feed(new DenseFeedForward(size.hidden(), new Relu(), Bias.ADDED, 0));
        Block reads =
                new Block(List.of(attends(size, new Bidirectional(), 0), feed), norm(1e-5), new PostNorm(dropout));
        Block writes = new Block(
                List.of(
                        attends(size, new Causal(), 0),
                        new CrossAttention(SoftmaxAttention.of(Heads.of(size.heads()))),
                        feed),
                norm(1e-5),
                new PostNorm(dropout));
        EncoderDecoder topology = new EncoderDecoder(
                waves(new DenseTable(vocabulary), dropout),
                Stack.of(layers, reads),
                waves(new SharedTable(), dropout),
                Stack.of(layers, writes));
        return new Architecture(size.width(), topology, new TiedHead(Bias.NONE));
    }

    /// A decoder as GPT-2 has it: pre-norm, learned positions, GELU, tied output.
    public static Architecture gpt(int vocabulary, int layers, Size size, int maximum) {
        return gpt(vocabulary, layers, size, maximum, 0.1);
    }

    public static Architecture gpt(int vocabulary, int layers, Size size, int maximum, double dropout) {
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(vocabulary)).position(new LearnedPosition(maximum));
        return gpt(layers, size, new Causal(), embedding.dropout(dropout));
    }

    /// The same for windows that hold several documents, none of which sees another; see [Document].
    public static Architecture gptOfDocuments(int vocabulary, int layers, Size size, int maximum, double dropout) {
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(vocabulary))
                .position(new LearnedPosition(maximum))
                .segments(0);
        return gpt(layers, size, new And(new Causal(), new Document()), embedding.dropout(dropout));
    }

    private static Architecture gpt(int layers, Size size, Mask mask, TokenEmbedding embedding) {
        double dropout = embedding.dropout();
        Block block = new Block(
                List.of(
                        attends(size, mask, dropout),
                        new Feed(new DenseFeedForward(size.hidden(), new GeluTanh(), Bias.ADDED, 0))),
                norm(1e-5),
                new PreNorm(dropout));
        return new Architecture(
                        size.width(),
                        new Decoder(embedding, Stack.of(layers, block).finalNorm(norm(1e-5))),
                        new TiedHead(Bias.NONE))
                .initialized(new NormalInitialization(0.02, NormalInitialization.Branches.SHRUNK));
    }

    /// An encoder as BERT has it: post-norm, learned positions and segments, GELU, a head for masked words.
    public static Architecture bert(int vocabulary, int layers, Size size, int maximum) {
        return bert(vocabulary, layers, size, maximum, 0.1);
    }

    public static Architecture bert(int vocabulary, int layers, Size size, int maximum, double dropout) {
        Block block = new Block(
                List.of(
                        attends(size, new Bidirectional(), dropout),
                        new Feed(new DenseFeedForward(size.hidden(), new Gelu(), Bias.ADDED, 0))),
                norm(1e-12),
                new PostNorm(dropout));
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(vocabulary))
                .position(new LearnedPosition(maximum))
                .segments(2)
                .norm(norm(1e-12))
                .dropout(dropout);
        return new Architecture(
                        size.width(),
                        new Encoder(embedding, Stack.of(layers, block)),
                        new MaskedLanguageHead(new Gelu(), norm(1e-12)))
                .initialized(new NormalInitialization(0.02, NormalInitialization.Branches.ALIKE));
    }

    /// The LSTM translator of Sutskever, Vinyals and Le (2014): the encoder's last vector is all that the
    /// decoder is told. The paper hands every layer's state to the same layer of the decoder, here all start
    /// from the last layer's.
    public static Architecture lstmTranslator(int vocabulary, int layers, int width, double dropout) {
        return recurrent(
                vocabulary,
                width,
                Stack.of(layers, recurs(new Lstm(Direction.FORWARD, Start.ZEROS), dropout)),
                Stack.of(layers, recurs(new Lstm(Direction.FORWARD, Start.LAST_OF_MEMORY), dropout)));
    }

    /// The first translator with attention, of Bahdanau, Cho and Bengio (2014): a GRU reads both ways, and
    /// the decoder looks at all it made before every step.
    public static Architecture bahdanauTranslator(int vocabulary, int width, double dropout) {
        return recurrent(
                vocabulary,
                width,
                Stack.of(1, recurs(new Gru(Direction.BOTH, Start.ZEROS), dropout)),
                Stack.of(1, recurs(new BahdanauRecurrence(Cell.GRU, width, Start.FIRST_OF_MEMORY), dropout)));
    }

    /// The LSTM translator of Luong, Pham and Manning (2015): its last layer looks at the memory after every
    /// step and hands what it found to the next. The paper feeds that to the first layer.
    public static Architecture luongTranslator(int vocabulary, int layers, int width, double dropout) {
        Block last = recurs(new LuongRecurrence(Cell.LSTM, LuongRecurrence.Feeding.FED, Start.LAST_OF_MEMORY), dropout);
        List<Segment> writes = new ArrayList<>();
        if (layers > 1) {
            writes.add(new Segment(layers - 1, recurs(new Lstm(Direction.FORWARD, Start.LAST_OF_MEMORY), dropout)));
        }
        writes.add(new Segment(1, last));
        return recurrent(
                vocabulary,
                width,
                Stack.of(layers, recurs(new Lstm(Direction.FORWARD, Start.ZEROS), dropout)),
                new Stack(writes, new NoNorm()));
    }

    /// The convolutional translator of Gehring and others (2017): gated convolutions, attention in every layer
    /// of the decoder, sums scaled by √½. The paper adds the source's embeddings to the values of its attention
    /// and the last word's to its queries, here both are projections of the streams.
    public static Architecture convolutionalTranslator(int vocabulary, int layers, int width, int maximum) {
        Residual sum = new ScaledSum(Math.sqrt(0.5), Math.sqrt(0.5), 0);
        Block reads =
                new Block(List.of(new Convolve(new GatedConvolution(3, 1, Reach.CENTERED, 0.1))), new NoNorm(), sum);
        Block writes = new Block(
                List.of(
                        new Convolve(new GatedConvolution(3, 1, Reach.CAUSAL, 0.1)),
                        new CrossAttention(SoftmaxAttention.of(Heads.of(1)))),
                new NoNorm(),
                sum);
        EncoderDecoder topology = new EncoderDecoder(
                TokenEmbedding.of(new DenseTable(vocabulary))
                        .position(new LearnedPosition(maximum))
                        .dropout(0.1),
                Stack.of(layers, reads),
                TokenEmbedding.of(new DenseTable(vocabulary))
                        .position(new LearnedPosition(maximum))
                        .dropout(0.1),
                Stack.of(layers, writes));
        return new Architecture(width, topology, new LinearHead(vocabulary, Bias.ADDED));
    }

    private static Architecture recurrent(int vocabulary, int width, Stack encoder, Stack decoder) {
        EncoderDecoder topology = new EncoderDecoder(
                TokenEmbedding.of(new DenseTable(vocabulary)),
                encoder,
                TokenEmbedding.of(new DenseTable(vocabulary)),
                decoder);
        return new Architecture(width, topology, new LinearHead(vocabulary, Bias.ADDED));
    }

    private static Block recurs(Recurrence recurrence, double dropout) {
        return new Block(List.of(new Recur(recurrence)), new NoNorm(), new NoResidual(dropout));
    }

    private static Sublayer attends(Size size, Mask mask, double dropout) {
        return new SelfAttention(
                SoftmaxAttention.of(Heads.of(size.heads())).masked(mask).dropout(dropout));
    }

    private static TokenEmbedding waves(Table table, double dropout) {
        return TokenEmbedding.of(table)
                .scale(Scale.SQUARE_ROOT_OF_WIDTH)
                .position(new SinusoidalPosition(SinusoidalPosition.Order.INTERLEAVED))
                .dropout(dropout);
    }

    private static LayerNorm norm(double epsilon) {
        return new LayerNorm(epsilon, Bias.ADDED);
    }
}
