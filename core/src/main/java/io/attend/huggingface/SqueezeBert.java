package io.attend.huggingface;

import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Feed;
import io.attend.architecture.PostNorm;
import io.attend.architecture.SelfAttention;
import io.attend.attention.ProjectionGroups;
import io.attend.attention.SoftmaxAttention;
import io.attend.feedforward.GroupedFeedForward;
import io.attend.head.FirstPooling;
import io.attend.head.PooledHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.layer.Bias;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// SqueezeBERT: BERT whose products are convolutions of kernel 1 in groups.
@Source(
        paper = "SqueezeBERT: What can computer vision teach NLP about efficient neural networks?",
        arxiv = "2006.11316")
public record SqueezeBert() implements Family {
    /// Of the blocks, whatever `layer_norm_eps` says, which Hugging Face's class asks for elsewhere only.
    private static final LayerNorm NORM = new LayerNorm(1e-12, Bias.ADDED);

    /// Matrices are kernels of one position.
    private static final Layout KERNEL =
            Layout.shaped(shape -> shape.rank() == 2 ? Shape.of(shape.size(0), shape.size(1), 1) : shape);

    private static final Map<String, Task> CLASSES = TextEncoder.classes("SqueezeBert");

    @Override
    public List<String> modelTypes() {
        return List.of("squeezebert");
    }

    @Override
    public Mapping read(Config config) {
        TextEncoder encoder = TextEncoder.of(config, CLASSES, Map.of());
        if (config.whole("embedding_size", 768) != encoder.width()) {
            throw config.refuse("embedding_size", "hidden_size = " + encoder.width());
        }
        SoftmaxAttention attention = encoder.attention()
                .groups(new ProjectionGroups(
                        config.whole("q_groups", 4),
                        config.whole("k_groups", 4),
                        config.whole("v_groups", 4),
                        config.whole("post_attention_groups", 1)));
        GroupedFeedForward feed = new GroupedFeedForward(
                encoder.whole("intermediate_size"),
                new GroupedFeedForward.Groups(config.whole("intermediate_groups", 4), config.whole("output_groups", 4)),
                encoder.activation(),
                Bias.ADDED,
                0);
        Block block =
                new Block(List.of(new SelfAttention(attention), new Feed(feed)), NORM, new PostNorm(encoder.dropout()));
        return encoder.mapping(
                encoder.embedding().position(new LearnedPosition(encoder.whole("max_position_embeddings"))),
                encoder.stack(block),
                encoder.head(
                        new PooledHead(new FirstPooling(), Optional.of(new Tanh())),
                        encoder.words(encoder.activation()),
                        new Tanh(),
                        encoder.dropout()),
                names(encoder));
    }

    private static Names names(TextEncoder encoder) {
        String body = encoder.body("transformer");
        String theirs = body + "encoder.layers.{i}.";
        String ours = encoder.block();
        Names names = encoder.names("transformer")
                .module(theirs + "attention.query", KERNEL, ours + "attention.query")
                .module(theirs + "attention.key", KERNEL, ours + "attention.key")
                .module(theirs + "attention.value", KERNEL, ours + "attention.value")
                .module(theirs + "post_attention.conv1d", KERNEL, ours + "attention.output")
                .module(theirs + "post_attention.layernorm", ours + "attention.norm")
                .module(theirs + "intermediate.conv1d", KERNEL, ours + "feed.inner")
                .module(theirs + "output.conv1d", KERNEL, ours + "feed.outer")
                .module(theirs + "output.layernorm", ours + "feed.norm")
                .module("classifier", "head.classifier");
        return switch (encoder.task()) {
            case BODY, SEQUENCES, CHOICE -> names.module(body + "pooler.dense", "head.dense");
            case WORDS ->
                unusedPooler(
                        encoder.words(names, "transformer", "cls.predictions.decoder", "cls.predictions.bias")
                                .module("cls.predictions.transform.dense", "head.dense")
                                .module("cls.predictions.transform.LayerNorm", "head.norm"),
                        encoder.width());
            default -> unusedPooler(names, encoder.width());
        };
    }

    private static Names unusedPooler(Names names, int width) {
        String reason = "the pooler, which every class saves and this one does without";
        return names.kept("transformer.pooler.dense.weight", Shape.of(width, width), Names.Fresh.ZEROS, reason)
                .kept("transformer.pooler.dense.bias", Shape.of(width), Names.Fresh.ZEROS, reason);
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture)
                .filter(parts -> parts.feed() instanceof GroupedFeedForward
                        && parts.attention() instanceof SoftmaxAttention
                        && parts.embedding().norm() instanceof LayerNorm)
                .map(parts -> {
                    Map<String, Object> values = parts.keys("squeezebert", "SqueezeBert");
                    ProjectionGroups groups = ((SoftmaxAttention) parts.attention()).groups();
                    GroupedFeedForward feed = (GroupedFeedForward) parts.feed();
                    values.put("embedding_size", parts.width());
                    values.put("layer_norm_eps", ((LayerNorm) parts.embedding().norm()).epsilon());
                    values.put("q_groups", groups.query());
                    values.put("k_groups", groups.key());
                    values.put("v_groups", groups.value());
                    values.put("post_attention_groups", groups.output());
                    values.put("intermediate_size", feed.hidden());
                    values.put("hidden_act", Activations.name(feed.activation()));
                    values.put("intermediate_groups", feed.groups().inner());
                    values.put("output_groups", feed.groups().outer());
                    return values;
                });
    }
}
