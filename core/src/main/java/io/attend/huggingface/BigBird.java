package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.attention.Attention;
import io.attend.attention.BigBirdAttention;
import io.attend.attention.BigBirdAttention.Drawing;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.Scale;
import io.attend.head.ChoiceHead;
import io.attend.head.FirstPooling;
import io.attend.head.Head;
import io.attend.head.PairHead;
import io.attend.head.PooledHead;
import io.attend.head.SequenceHead;
import io.attend.huggingface.TextEncoder.Task;
import io.attend.position.LearnedPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// BigBird: BERT with attention in blocks, or with `original_full` attention.
///
/// Where Hugging Face's class trains it drops embeddings before their norm and no weights of sparse attention;
/// here dropout stands behind that norm, and weights are dropped in both kinds.
@Source(paper = "Big Bird: Transformers for Longer Sequences", arxiv = "2007.14062")
public record BigBird() implements Family {
    private static final Map<String, Task> CLASSES = TextEncoder.classes("BigBird");

    private static final Map<String, Boolean> TYPES = new LinkedHashMap<>();

    static {
        CLASSES.put("BigBirdForCausalLM", Task.NEXT_WORD);
        CLASSES.put("BigBirdForPreTraining", Task.PRETRAINING);
        CLASSES.remove("BigBirdForQuestionAnswering");
        TYPES.put("block_sparse", true);
        TYPES.put("original_full", false);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("big_bird");
    }

    @Override
    public Mapping read(Config config) {
        TextEncoder encoder = TextEncoder.of(
                config,
                CLASSES,
                Map.of("vocab_size", 50_358, "max_position_embeddings", 4096, "hidden_act", "gelu_new"));
        config.inert("position_embedding_type");
        boolean sparse = config.choice("attention_type", "block_sparse", TYPES);
        if (sparse && encoder.decoder()) {
            throw config.refuse("attention_type", "original_full where is_decoder is true: blocks look ahead");
        }
        int block = config.whole("block_size", 64);
        int random = config.whole("num_random_blocks", 3);
        ProjectionBias bias = config.flag("use_bias", true) ? ProjectionBias.ADDED : ProjectionBias.OUTPUT;
        Activation activation = encoder.activation();
        var words = encoder.words(activation);
        double dropout = encoder.classifierDropout();
        SoftmaxAttention full = encoder.attention().bias(bias);
        Attention attention = sparse
                ? new BigBirdAttention(full.heads(), block, random, Drawing.TRAINING, bias, full.dropout())
                : full;
        Head head = switch (encoder.task()) {
            case PRETRAINING -> new PairHead(words, new Tanh(), 2);
            case CHOICE -> new ChoiceHead(SequenceSummary.NONE.read(config, SequenceHead.of(1)));
            default ->
                encoder.head(
                        new PooledHead(new FirstPooling(), Optional.of(new Tanh())), words, activation, dropout);
        };
        SequenceSummary.unread(config);
        Mapping mapping = encoder.mapping(
                encoder.embedding()
                        .scale(config.flag("rescale_embeddings", false) ? Scale.SQUARE_ROOT_OF_WIDTH : Scale.ONE)
                        .position(new LearnedPosition(encoder.whole("max_position_embeddings"), 0)),
                encoder.stack(encoder.block(attention)),
                head,
                names(encoder));
        Usage usage = mapping.usage();
        return new Mapping(
                mapping.architecture(),
                mapping.names(),
                attention instanceof BigBirdAttention blocks
                        ? usage.extras(usage.extras()
                                .layout(new BigBirdMaps(block, blocks.exact()))
                                .drawn("blocks", "rand_attn"))
                        : usage);
    }

    private static Names names(TextEncoder encoder) {
        Task task = encoder.task();
        String spare = "a pooler, which this class does without";
        Names names = encoder.layers(encoder.names("bert"), "bert");
        String pooler = encoder.body("bert") + "pooler";
        switch (task) {
            case WORDS, NEXT_WORD, PRETRAINING -> {
                String words = task == Task.PRETRAINING ? "head.words." : "head.";
                encoder.words(names, "bert", "cls.predictions.decoder", "cls.predictions.bias")
                        .module("cls.predictions.transform.dense", words + "dense")
                        .module("cls.predictions.transform.LayerNorm", words + "norm")
                        .module("cls.seq_relationship", "head.relation");
            }
            case SEQUENCES ->
                names.module("classifier.dense", "head.dense").module("classifier.out_proj", "head.classifier");
            case CHOICE ->
                names.module("sequence_summary.summary", "head.dense").module("classifier", "head.classifier");
            default -> names.module("classifier", "head.classifier");
        }
        return switch (task) {
            case BODY, PRETRAINING -> names.module(pooler, "head.dense");
            default ->
                names.kept(
                                pooler + ".weight",
                                Shape.of(encoder.width(), encoder.width()),
                                Names.Fresh.ZEROS,
                                spare)
                        .kept(pooler + ".bias", Shape.of(encoder.width()), Names.Fresh.ZEROS, spare);
        };
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return EncoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.keys("big_bird", "BigBird");
            values.put("classifier_dropout", parts.last());
            parts.summary(values);
            values.put("rescale_embeddings", parts.embedding().scale() == Scale.SQUARE_ROOT_OF_WIDTH);
            switch (parts.attention()) {
                case BigBirdAttention attention -> {
                    values.put("attention_type", "block_sparse");
                    values.put("block_size", attention.block());
                    values.put("num_random_blocks", attention.random());
                    values.put("use_bias", attention.bias() == ProjectionBias.ADDED);
                    values.put("num_attention_heads", attention.heads().count());
                    values.put("attention_probs_dropout_prob", attention.dropout());
                }
                case SoftmaxAttention attention -> {
                    values.put("attention_type", "original_full");
                    values.put("use_bias", attention.bias() == ProjectionBias.ADDED);
                }
                default -> {}
            }
            return values;
        });
    }
}
