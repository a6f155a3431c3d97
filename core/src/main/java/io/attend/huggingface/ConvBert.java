package io.attend.huggingface;

import io.attend.activation.Gelu;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Feed;
import io.attend.architecture.PostNorm;
import io.attend.architecture.SelfAttention;
import io.attend.attention.Heads;
import io.attend.attention.MixedAttention;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.FeedForward;
import io.attend.feedforward.GroupedFeedForward;
import io.attend.head.Head;
import io.attend.head.NoHead;
import io.attend.head.Problem;
import io.attend.head.SequenceHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.layer.Bias;
import io.attend.position.LearnedPosition;
import io.attend.tensor.Shape;
import io.attend.tensor.Tensor;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// ConvBERT: BERT in which convolutions do the work of most heads, and feed-forward products may be in
/// groups.
@Source(paper = "ConvBERT: Improving BERT with Span-based Dynamic Convolution", arxiv = "2008.02496")
public record ConvBert() implements Family {
    /// Kernels of one position, and their bias as a column.
    private static final Layout COLUMN = Layout.shaped(
            shape -> shape.rank() == 2 ? Shape.of(shape.size(0), shape.size(1), 1) : Shape.of(shape.size(0), 1));

    /// Kernels of one number each.
    private static final Layout DEPTHWISE = Layout.shaped(shape -> Shape.of(shape.size(0), 1, shape.size(1)));

    private static final Map<String, Task> CLASSES = TextEncoder.classes("ConvBert");

    @Override
    public List<String> modelTypes() {
        return List.of("convbert");
    }

    @Override
    public Mapping read(Config config) {
        TextEncoder encoder = TextEncoder.of(config, CLASSES, Map.of("pad_token_id", 1, "embedding_size", 768));
        int heads = Math.max(1, encoder.count("num_attention_heads") / config.count("head_ratio", 2));
        MixedAttention attention = new MixedAttention(
                Heads.of(heads),
                config.whole("conv_kernel_size", 9),
                MixedAttention.Padding.SEEN,
                encoder.number("attention_probs_dropout_prob"));
        config.inert("classifier_dropout");
        int groups = config.count("num_groups", 1);
        FeedForward feed = groups == 1
                ? encoder.feed()
                : new GroupedFeedForward(
                        encoder.whole("intermediate_size"),
                        new GroupedFeedForward.Groups(groups, groups),
                        encoder.activation(),
                        Bias.ADDED,
                        0);
        TokenEmbedding embedding =
                encoder.embedding().position(new LearnedPosition(encoder.whole("max_position_embeddings")));
        Head head = encoder.task() == Task.CHOICE
                ? SequenceSummary.NONE.read(encoder.config(), SequenceHead.of(1).problem(Problem.CHOICE))
                : encoder.head(
                        new NoHead(),
                        encoder.words(new Gelu()), // whatever hidden_act says
                        encoder.activation(),
                        encoder.classifierDropout());
        return encoder.mapping(
                encoder.inner().map(embedding::inner).orElse(embedding),
                encoder.stack(new Block(
                        List.of(new SelfAttention(attention), new Feed(feed)),
                        encoder.norm(),
                        new PostNorm(encoder.dropout()))),
                head,
                names(encoder, groups));
    }

    private static Names names(TextEncoder encoder, int groups) {
        String body = encoder.body("convbert");
        String theirs = body + "encoder.layer.{i}.";
        String ours = encoder.block() + "attention.span.";
        String span = theirs + "attention.self.";
        Names names = encoder.names("convbert")
                .module(body + "embeddings_project", "embedding.projection")
                .map(span + "key_conv_attn_layer.depthwise.weight", DEPTHWISE, ours + "depthwise")
                .map(span + "key_conv_attn_layer.pointwise.weight", COLUMN, ours + "pointwise.weight")
                .map(span + "key_conv_attn_layer.bias", COLUMN, ours + "pointwise.bias")
                .module(span + "conv_kernel_layer", ours + "kernel")
                .module(span + "conv_out_layer", ours + "value");
        if (groups > 1) {
            names.map(theirs + "intermediate.dense.weight", blocks(groups), encoder.block() + "feed.inner.weight")
                    .map(theirs + "output.dense.weight", blocks(groups), encoder.block() + "feed.outer.weight");
        }
        encoder.layers(names, "convbert");
        return switch (encoder.task()) {
            case SEQUENCES ->
                names.module("classifier.dense", "head.dense").module("classifier.out_proj", "head.classifier");
            case WORDS ->
                encoder.words(names, "convbert", "generator_lm_head", "generator_lm_head.bias")
                        .module("generator_predictions.dense", "head.dense")
                        .module("generator_predictions.LayerNorm", "head.norm");
            case CHOICE ->
                names.module("sequence_summary.summary", "head.dense").module("classifier", "head.classifier");
            default -> names.module("classifier", "head.classifier");
        };
    }

    /// A product in groups [O, I / G] as a matrix of each group, inputs first: [G, I / G, O / G].
    private static Layout blocks(int groups) {
        return new Layout() {
            @Override
            public List<Shape> stored(List<Shape> parts, int count) {
                Shape part = parts.getFirst();
                return List.of(Shape.of(groups, part.size(1), part.size(0) / groups));
            }

            @Override
            public List<Tensor> join(List<Tensor> parts, int count) {
                Tensor part = parts.getFirst();
                return List.of(part.reshape(groups, part.size(0) / groups, part.size(1))
                        .transpose(1, 2));
            }

            @Override
            public List<Tensor> part(List<Tensor> stored, List<Shape> parts) {
                return List.of(stored.getFirst()
                        .transpose(1, 2)
                        .reshape(parts.getFirst().toArray()));
            }
        };
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture)
                .filter(parts -> parts.attention() instanceof MixedAttention)
                .map(parts -> {
                    Map<String, Object> values = parts.keys("convbert", "ConvBert");
                    MixedAttention attention = (MixedAttention) parts.attention();
                    values.put("embedding_size", parts.embedding().inner().orElse(parts.width()));
                    values.put("num_attention_heads", 2 * attention.heads().count());
                    values.put("head_ratio", 2);
                    values.put("conv_kernel_size", attention.kernel());
                    values.put("attention_probs_dropout_prob", attention.dropout());
                    values.put("classifier_dropout", parts.last());
                    parts.summary(values);
                    if (parts.feed() instanceof GroupedFeedForward feed) {
                        values.put("num_groups", feed.groups().inner());
                        values.put("intermediate_size", feed.hidden());
                        values.put("hidden_act", Activations.name(feed.activation()));
                    }
                    return values;
                });
    }
}
