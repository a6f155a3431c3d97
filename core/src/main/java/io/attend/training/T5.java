package io.attend.training;

import io.attend.activation.Relu;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.CrossAttention;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.architecture.T5Initialization;
import io.attend.attention.Heads;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.SharedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.norm.RmsNorm;
import io.attend.objective.Needs;
import io.attend.position.BucketedBias;
import io.attend.position.BucketedBias.Direction;
import io.attend.score.DotProduct;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// An encoder-decoder as T5 has it, in a chosen size: pre-norm without means or biases, relative positions in
/// buckets, scores that are not scaled, one table of words. It exports to Hugging Face's form.
@Source(
        paper = "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
        arxiv = "1910.10683")
public record T5(
        @Default("6") int layers,
        @Default("512") int width,
        @Default("8") int heads,
        @Default("2048") int hidden,
        @Default("0.1") double dropout)
        implements Blueprint {
    public static final T5 EXAMPLE = new T5(1, 10, 2, 13, 0);

    private static final RmsNorm NORM = new RmsNorm(1e-6);

    @Override
    public Architecture architecture(Needs needs) {
        if (heads < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "heads: " + heads + " heads cannot share a width of " + width + " evenly; choose a divisor of it");
        }
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(heads))
                .score(new DotProduct())
                .bias(ProjectionBias.NONE)
                .dropout(dropout);
        Feed feed = new Feed(new DenseFeedForward(hidden, new Relu(), Bias.NONE, dropout));
        SoftmaxAttention reads =
                attention.masked(new Bidirectional()).position(new BucketedBias(32, Direction.BIDIRECTIONAL, 128));
        SoftmaxAttention writes = attention.masked(new Causal()).position(new BucketedBias(32, Direction.CAUSAL, 128));
        EncoderDecoder topology = new EncoderDecoder(
                words(new DenseTable(needs.words("T5").vocabulary())),
                stack(List.of(new SelfAttention(reads), feed)),
                words(new SharedTable()),
                stack(List.of(new SelfAttention(writes), new CrossAttention(attention), feed)));
        return new Architecture(width, topology, new TiedHead(Bias.NONE).scale(1 / Math.sqrt(width)))
                .initialized(new T5Initialization(width / heads));
    }

    private TokenEmbedding words(Table table) {
        return TokenEmbedding.of(table).dropout(dropout);
    }

    private Stack stack(List<Sublayer> sublayers) {
        return Stack.of(layers, new Block(sublayers, NORM, new PreNorm(dropout)))
                .finalNorm(NORM);
    }
}
