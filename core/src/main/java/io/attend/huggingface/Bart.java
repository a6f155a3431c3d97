package io.attend.huggingface;

import io.attend.activation.Activation;
import io.attend.activation.Tanh;
import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.CrossAttention;
import io.attend.architecture.EncoderDecoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PostNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.architecture.Sublayer;
import io.attend.attention.Heads;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.Scale;
import io.attend.embedding.SharedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.LinearHead;
import io.attend.head.NoHead;
import io.attend.head.SequenceHead;
import io.attend.head.SpanHead;
import io.attend.head.TiedHead;
import io.attend.head.TokenPooling;
import io.attend.layer.Bias;
import io.attend.mask.Bidirectional;
import io.attend.mask.Causal;
import io.attend.mask.Mask;
import io.attend.norm.LayerNorm;
import io.attend.position.LearnedPosition;
import io.attend.tensor.Shape;
import io.attend.value.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// BART: post-norm encoder and decoder over one table of words, learned positions that begin at row 2.
@Source(
        paper = "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and"
                + " Comprehension",
        arxiv = "1910.13461")
public record Bart() implements Family {
    private static final LayerNorm NORM = new LayerNorm(1e-5, Bias.ADDED);

    /// The first rows of the table of positions stand for padding in the code BART comes from.
    private static final int OFFSET = 2;

    private enum Task {
        BODY,
        WORDS,
        SEQUENCES,
        SPANS
    }

    private static final Map<String, Task> HEADS = new LinkedHashMap<>();

    static {
        HEADS.put("BartModel", Task.BODY);
        HEADS.put("BartForConditionalGeneration", Task.WORDS);
        HEADS.put("BartForSequenceClassification", Task.SEQUENCES);
        HEADS.put("BartForQuestionAnswering", Task.SPANS);
    }

    @Override
    public List<String> modelTypes() {
        return List.of("bart");
    }

    @Override
    public Mapping read(Config config) {
        // whole layers are left out only while Hugging Face's class trains
        config.inert("encoder_layerdrop", "decoder_layerdrop", "num_hidden_layers")
                .inert("init_std")
                .only("is_encoder_decoder", true, "a decoder alone is not read");
        Task task = config.head(HEADS);
        boolean tied = config.flag("tie_word_embeddings", true);
        int width = config.whole("d_model", 1024);
        int vocabulary = config.whole("vocab_size", 50_265);
        int positions = config.whole("max_position_embeddings", 1024) + OFFSET;
        double dropout = config.number("dropout", 0.1);
        Table table = new DenseTable(vocabulary, config.padding("pad_token_id", 1, vocabulary));
        Scale scale = config.flag("scale_embedding", false) ? Scale.SQUARE_ROOT_OF_WIDTH : Scale.ONE;
        EncoderDecoder topology = new EncoderDecoder(
                embedding(table, scale, positions, dropout),
                stack(config, "encoder", dropout),
                embedding(new SharedTable(), scale, positions, dropout),
                stack(config, "decoder", dropout));
        double last = config.number("classifier_dropout", 0);
        Head head = switch (task) {
            case BODY -> new NoHead();
            case WORDS -> tied ? new TiedHead(Bias.ADDED) : new LinearHead(vocabulary, Bias.ADDED);
            case SEQUENCES -> {
                int labels = config.labels();
                yield SequenceHead.of(labels)
                        .pooling(new TokenPooling(config.whole("eos_token_id", 2), TokenPooling.Occurrence.LAST))
                        .dense(new Tanh())
                        .dropout(last)
                        .problem(config.problem(labels));
            }
            case SPANS -> new SpanHead(0);
        };
        Architecture architecture = new Architecture(width, topology, head)
                .initialized(
                        new NormalInitialization(config.number("init_std", 0.02), NormalInitialization.Branches.ALIKE));
        return new Mapping(architecture, names(task, tied), Usage.PLAIN.tokens(config));
    }

    private static TokenEmbedding embedding(Table table, Scale scale, int positions, double dropout) {
        return TokenEmbedding.of(table)
                .scale(scale)
                .position(new LearnedPosition(positions, OFFSET))
                .norm(NORM)
                .dropout(dropout);
    }

    private static Stack stack(Config config, String side, double dropout) {
        Heads heads = Heads.of(config.whole(side + "_attention_heads", 16));
        double forgotten = config.number("attention_dropout", 0);
        Activation activation = config.choice("activation_function", "gelu", Activations.KNOWN);
        Sublayer feed = new Feed(new DenseFeedForward(
                config.whole(side + "_ffn_dim", 4096), activation, Bias.ADDED, config.number("activation_dropout", 0)));
        boolean writes = side.equals("decoder");
        Mask mask = writes ? new Causal() : new Bidirectional();
        Sublayer self =
                new SelfAttention(SoftmaxAttention.of(heads).masked(mask).dropout(forgotten));
        Sublayer cross = new CrossAttention(SoftmaxAttention.of(heads).dropout(forgotten));
        return Stack.of(
                config.whole(side + "_layers", 12),
                new Block(writes ? List.of(self, cross, feed) : List.of(self, feed), NORM, new PostNorm(dropout)));
    }

    private static Names names(Task task, boolean tied) {
        String body = task == Task.BODY ? "" : "model.";
        Names names = new Names().prefix("model").map(body + "shared.weight", "source.token.weight");
        for (String side : List.of("encoder", "decoder")) {
            String block = body + side + ".layers.{i}.";
            String here = side + ".{i}.";
            String embedding = side.equals("encoder") ? "source." : "target.";
            names.map(body + side + ".embed_positions.weight", embedding + "position.weight")
                    .module(body + side + ".layernorm_embedding", embedding + "norm")
                    .module(block + "self_attn_layer_norm", here + "attention.norm")
                    .module(block + "encoder_attn_layer_norm", here + "cross.norm")
                    .module(block + "final_layer_norm", here + "feed.norm")
                    .module(block + "fc1", here + "feed.inner")
                    .module(block + "fc2", here + "feed.outer")
                    .tied(body + side + ".embed_tokens.weight", body + "shared.weight");
            Map.of("self_attn", "attention", "encoder_attn", "cross")
                    .forEach((theirs, ours) -> names.module(block + theirs + ".q_proj", here + ours + ".query")
                            .module(block + theirs + ".k_proj", here + ours + ".key")
                            .module(block + theirs + ".v_proj", here + ours + ".value")
                            .module(block + theirs + ".out_proj", here + ours + ".output"));
        }
        if (task == Task.WORDS && tied) {
            names.tied("lm_head.weight", body + "shared.weight");
        }
        return names.map("lm_head.weight", "head.weight")
                .map("final_logits_bias", Layout.shaped(shape -> Shape.of(1, shape.size(0))), "head.bias")
                .module("classification_head.dense", "head.dense")
                .module("classification_head.out_proj", "head.classifier")
                .module("qa_outputs", "head.span");
    }
}
