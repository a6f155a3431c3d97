package io.attend.training;

import io.attend.activation.GeluTanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Encoder;
import io.attend.architecture.Feed;
import io.attend.architecture.PreNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.LastPooling;
import io.attend.head.SequenceHead;
import io.attend.head.TiedHead;
import io.attend.layer.Bias;
import io.attend.norm.LayerNorm;
import io.attend.objective.Needs;
import io.attend.position.SinusoidalPosition;
import io.attend.value.Default;
import io.attend.value.Source;
import java.util.List;

/// The same model around any way to mix positions, so that these can be compared: pre-norm blocks of the mixer
/// and a GELU network four times the width, sinusoids, nothing else. It writes if words are asked for, and
/// reads if anything else is: a whole text is judged by its last position, which sees the text whichever way
/// the mixer looks.
///
/// @param mixer attention, a convolution or a recurrence
@Source(paper = "Long Range Arena: A Benchmark for Efficient Transformers", arxiv = "2011.04006")
public record MixerStack(
        Sublayer mixer,
        @Default("2") int layers,
        @Default("64") int width,
        @Default("0.0") double dropout) implements Blueprint {
    public static final MixerStack EXAMPLE = new MixerStack(SelfAttention.EXAMPLE, 1, 10, 0);

    @Override
    public Architecture architecture(Needs needs) {
        LayerNorm norm = new LayerNorm(1e-5, Bias.ADDED);
        Block block = new Block(
                List.of(mixer, new Feed(new DenseFeedForward(4 * width, new GeluTanh(), Bias.ADDED, 0))),
                norm,
                new PreNorm(dropout));
        Stack stack = Stack.of(layers, block).finalNorm(norm);
        TokenEmbedding words = TokenEmbedding.of(new DenseTable(needs.vocabulary()))
                .position(SinusoidalPosition.EXAMPLE)
                .dropout(dropout);
        return needs.head()
                .map(head -> new Architecture(width, new Encoder(words, stack), judging(head)))
                .orElseGet(() -> new Architecture(width, new Decoder(words, stack), new TiedHead(Bias.NONE)));
    }

    private Head judging(Head head) {
        return (head instanceof SequenceHead text ? text.pooling(new LastPooling()) : head).dropout(dropout);
    }
}
