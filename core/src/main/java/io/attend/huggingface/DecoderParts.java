package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormedStream;
import io.attend.architecture.ParallelNorm;
import io.attend.architecture.PostNorm;
import io.attend.architecture.PreNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.FactorisedTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.feedforward.FeedForward;
import io.attend.feedforward.GatedFeedForward;
import io.attend.feedforward.MixtureOfExperts;
import io.attend.head.Head;
import io.attend.head.LinearHead;
import io.attend.head.NarrowHead;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.norm.LayerNorm;
import io.attend.norm.Norm;
import io.attend.norm.RmsNorm;
import io.attend.position.LearnedPosition;
import io.attend.position.Rotary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// An architecture of one decoder taken apart: what the families make their keys of. Blocks are told by the
/// first; that the others are as the keys say is for whoever reads the keys back and compares.
record DecoderParts(
        Architecture architecture,
        TokenEmbedding embedding,
        Stack stack,
        Block block,
        SoftmaxAttention attention,
        FeedForward feed) {
    /// The parts, if there is a table of words, and blocks of softmax attention and one feed-forward.
    static Optional<DecoderParts> of(Architecture architecture) {
        if (!(architecture.topology() instanceof Decoder(TokenEmbedding embedding, Stack stack))) {
            return Optional.empty();
        }
        Block block = stack.unrolled().getFirst();
        if (block.sublayers().size() != 2
                || !(block.sublayers().get(0) instanceof SelfAttention(SoftmaxAttention attention))
                || !(block.sublayers().get(1) instanceof Feed(FeedForward feed))) {
            return Optional.empty();
        }
        return Optional.of(new DecoderParts(architecture, embedding, stack, block, attention, feed));
    }

    /// What every configuration has: type, class, labels, words.
    ///
    /// @param name what the classes of the family begin with
    Map<String, Object> heading(String type, String name) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model_type", type);
        values.put(
                "architectures",
                List.of(DecoderTask.of(architecture.head(), values).className(name)));
        switch (embedding.table()) {
            case DenseTable table -> words(values, table.vocabulary(), table.padding());
            case FactorisedTable table -> words(values, table.vocabulary(), table.padding());
            default -> {}
        }
        values.put("tie_word_embeddings", !own(architecture.head()));
        return values;
    }

    /// Whether words are scored with a matrix that is not the table.
    private static boolean own(Head head) {
        return head instanceof LinearHead || head instanceof NarrowHead(int _, LinearHead _);
    }

    private static void words(Map<String, Object> values, int vocabulary, OptionalInt padding) {
        values.put("vocab_size", vocabulary);
        padding.ifPresent(word -> values.put("pad_token_id", word));
    }

    int width() {
        return architecture.width();
    }

    int layers() {
        return stack.unrolled().size();
    }

    int heads() {
        return attention.heads().count();
    }

    double epsilon() {
        return epsilon(block.norm());
    }

    private static double epsilon(Norm norm) {
        return switch (norm) {
            case LayerNorm layer -> layer.epsilon();
            case RmsNorm root -> root.epsilon();
            default -> 0; // which reading refuses
        };
    }

    int hidden() {
        return hidden(feed);
    }

    private static int hidden(FeedForward feed) {
        return switch (feed) {
            case DenseFeedForward dense -> dense.hidden();
            case GatedFeedForward gated -> gated.hidden();
            case MixtureOfExperts experts -> hidden(experts.expert());
            default -> 0;
        };
    }

    /// The name of the activation.
    String activation() {
        return activation(feed).map(Activations::name).orElse("none");
    }

    private static Optional<Activation> activation(FeedForward feed) {
        return switch (feed) {
            case DenseFeedForward dense -> Optional.of(dense.activation());
            case GatedFeedForward gated -> Optional.of(gated.activation());
            case MixtureOfExperts experts -> activation(experts.expert());
            default -> Optional.empty();
        };
    }

    /// The dropout of what branches add.
    double dropout() {
        return switch (block.residual()) {
            case PreNorm(double rate) -> rate;
            case PostNorm(double rate) -> rate;
            case ParallelNorm(var _, double rate) -> rate;
            case NormedStream(double rate) -> rate;
            default -> 0;
        };
    }

    /// The mask of a block's attention.
    static Mask mask(Block block) {
        return block.sublayers().getFirst() instanceof SelfAttention(SoftmaxAttention attention)
                ? attention.mask()
                : new Causal();
    }

    /// Rows of the table of positions, behind those that stand for padding.
    Optional<Integer> positions() {
        return embedding.position() instanceof LearnedPosition learned
                ? Optional.of(learned.maximum() - learned.offset())
                : Optional.empty();
    }

    Optional<Rotary> rotary() {
        return attention.position() instanceof Rotary rotary ? Optional.of(rotary) : Optional.empty();
    }

    /// The share of a head that turns.
    double turned(Rotary rotary) {
        int head = attention.heads().size().orElse(width() / heads());
        int size = rotary.size().orElse(head);
        double share = (double) size / head;
        return (int) (share * head) < size ? Math.nextUp(share) : share;
    }
}
