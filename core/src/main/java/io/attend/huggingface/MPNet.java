package io.attend.huggingface;

import io.attend.activation.Gelu;
import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.head.FirstPooling;
import io.attend.head.PooledHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.position.BucketedBias;
import io.attend.position.LearnedPosition;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// MPNet: RoBERTa without segments, with one table of T5's biases for all layers.
@Source(paper = "MPNet: Masked and Permuted Pre-training for Language Understanding", arxiv = "2004.09297")
public record MPNet() implements Family {
    /// The padding token of words and positions, which the class does not ask its configuration for.
    private static final int PADDING = 1;

    private static final Map<String, Task> CLASSES = TextEncoder.classes("MPNet");

    @Override
    public List<String> modelTypes() {
        return List.of("mpnet");
    }

    @Override
    public Mapping read(Config config) {
        config.inert("pad_token_id", "type_vocab_size")
                .only(
                        "relative_attention_num_buckets",
                        32,
                        "Hugging Face's class makes a table of that many, but always looks for one of 32");
        TextEncoder encoder = TextEncoder.of(config, CLASSES, Map.of("vocab_size", 30_527));
        TokenEmbedding embedding = TokenEmbedding.of(new DenseTable(encoder.vocabulary(), OptionalInt.of(PADDING)))
                .position(new LearnedPosition(encoder.whole("max_position_embeddings"), PADDING + 1))
                .norm(encoder.norm())
                .dropout(encoder.dropout());
        Mapping mapping = encoder.mapping(
                embedding,
                encoder.stack(encoder.block(
                        encoder.attention().position(new BucketedBias(32, BucketedBias.Direction.BIDIRECTIONAL, 128)))),
                encoder.head(
                        new PooledHead(new FirstPooling(), Optional.of(new Tanh())),
                        encoder.words(new Gelu()), // whatever hidden_act says
                        new Tanh(),
                        encoder.dropout()),
                names(encoder));
        return new Mapping(
                mapping.architecture(),
                mapping.names(),
                mapping.usage().pad(PADDING).positions(Usage.Positions.NOT_PADDING));
    }

    private static Names names(TextEncoder encoder) {
        String body = encoder.body("mpnet");
        String theirs = body + "encoder.layer.{i}.attention.";
        String ours = encoder.block() + "attention.";
        Names names = encoder.names("mpnet")
                .module(theirs + "attn.q", ours + "query")
                .module(theirs + "attn.k", ours + "key")
                .module(theirs + "attn.v", ours + "value")
                .module(theirs + "attn.o", ours + "output")
                .module(theirs + "LayerNorm", ours + "norm")
                .map(body + "encoder.relative_attention_bias.weight", "encoder.position.weight");
        encoder.feeds(names, "mpnet");
        return switch (encoder.task()) {
            case BODY -> names.module("pooler.dense", "head.dense");
            case SEQUENCES ->
                names.module("classifier.dense", "head.dense").module("classifier.out_proj", "head.classifier");
            case WORDS ->
                encoder.words(names, "mpnet", "lm_head.decoder", "lm_head.bias")
                        .module("lm_head.dense", "head.dense")
                        .module("lm_head.layer_norm", "head.norm");
            case CHOICE -> names.module("mpnet.pooler.dense", "head.dense").module("classifier", "head.classifier");
            default -> names.module("classifier", "head.classifier");
        };
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture)
                .filter(parts -> parts.embedding().segments().isEmpty())
                .map(parts -> parts.keys("mpnet", "MPNet"));
    }
}
