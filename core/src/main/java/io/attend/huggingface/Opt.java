package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.PostNorm;
import io.attend.architecture.PreNorm;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.FactorisedTable;
import io.attend.embedding.Table;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.head.Head;
import io.attend.head.NarrowHead;
import io.attend.head.TiedHead;
import io.attend.head.Tying;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.norm.NoNorm;
import io.attend.position.LearnedPosition;
import io.attend.value.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// OPT: GPT-like decoder with positions that begin at row 2, in its smallest sizes post-norm or with narrower
/// words.
@Source(paper = "OPT: Open Pre-trained Transformer Language Models", arxiv = "2205.01068")
public record Opt() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("opt");
    }

    /// The first rows of the table of positions stand for padding.
    private static final int OFFSET = 2;

    @Override
    public Mapping read(Config config) {
        config.inert("layerdrop", "init_std", "dropout_rate");
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("OPT"));
        int width = config.whole("hidden_size", 768);
        int inner = config.whole("word_embed_proj_dim", width);
        int vocabulary = config.whole("vocab_size", 50_272);
        boolean tied = config.flag("tie_word_embeddings", true);
        boolean before = config.flag("do_layer_norm_before", true);
        LayerNorm norm = config.flag("layer_norm_elementwise_affine", true)
                ? new LayerNorm(1e-5, Bias.ADDED)
                : new LayerNorm(1e-5, Bias.NONE, LayerNorm.Gain.NONE);
        double dropout = config.number("dropout", 0.1);
        Bias bias = config.flag("enable_bias", true) ? Bias.ADDED : Bias.NONE;
        SoftmaxAttention attention = SoftmaxAttention.of(Heads.of(config.count("num_attention_heads", 12)))
                .masked(new Causal())
                .bias(ProjectionBias.of(bias))
                .dropout(config.number("attention_dropout", 0));
        DenseFeedForward feed = new DenseFeedForward(
                config.whole("ffn_dim", 3072),
                config.choice("activation_function", "relu", Activations.KNOWN),
                bias,
                0);
        Block block = new Block(
                List.of(new SelfAttention(attention), new Feed(feed)),
                norm,
                before ? new PreNorm(dropout) : new PostNorm(dropout));
        Stack stack = Stack.of(config.count("num_hidden_layers", 12), block);
        boolean removed = config.flag("_remove_final_layer_norm", false);
        boolean last = before && !removed;
        OptionalInt padding = config.padding("pad_token_id", 1, vocabulary);
        Table table =
                inner == width ? new DenseTable(vocabulary, padding) : new FactorisedTable(vocabulary, inner, padding);
        TokenEmbedding embedding = TokenEmbedding.of(table)
                .position(new LearnedPosition(config.whole("max_position_embeddings", 2048) + OFFSET, OFFSET));
        DecoderTask.Words words = DecoderTask.Words.of(vocabulary, tied);
        Head head = task.head(config, words);
        if (inner != width) {
            head = head instanceof TiedHead scores ? scores.narrow(Tying.OWN) : new NarrowHead(inner, head);
        }
        Architecture architecture = new Architecture(
                        width, new Decoder(embedding, last ? stack.finalNorm(norm) : stack), head)
                .initialized(
                        new NormalInitialization(config.number("init_std", 0.02), NormalInitialization.Branches.ALIKE));
        String body = task.body("model") + "decoder.";
        String layer = body + "layers.{i}.";
        Names names = new Names()
                .prefix("model")
                .map(body + "embed_tokens.weight", "embedding.token.weight")
                .map(body + "embed_positions.weight", "embedding.position.weight")
                .map(body + "project_in.weight", "embedding.token.widening.weight")
                .map(body + "project_out.weight", "head.narrow.weight")
                .module(layer + "self_attn_layer_norm", "decoder.{i}.attention.norm")
                .module(layer + "self_attn.q_proj", "decoder.{i}.attention.query")
                .module(layer + "self_attn.k_proj", "decoder.{i}.attention.key")
                .module(layer + "self_attn.v_proj", "decoder.{i}.attention.value")
                .module(layer + "self_attn.out_proj", "decoder.{i}.attention.output")
                .module(layer + "final_layer_norm", "decoder.{i}.feed.norm")
                .module(layer + "fc1", "decoder.{i}.feed.inner")
                .module(layer + "fc2", "decoder.{i}.feed.outer")
                .module(body + "final_layer_norm", "decoder.norm");
        Mapping mapping = task.mapping(config, architecture, words, names);
        return mapping.usage(mapping.usage().positions(Usage.Positions.COUNTED));
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.heading("opt", "OPT");
            values.put("hidden_size", parts.width());
            values.put("num_hidden_layers", parts.layers());
            values.put("num_attention_heads", parts.heads());
            values.put("ffn_dim", parts.hidden());
            values.put("activation_function", parts.activation());
            parts.positions().ifPresent(positions -> values.put("max_position_embeddings", positions));
            if (parts.embedding().table() instanceof FactorisedTable table) {
                values.put("word_embed_proj_dim", table.size());
            }
            values.put("do_layer_norm_before", parts.block().residual() instanceof PreNorm);
            values.put("_remove_final_layer_norm", parts.stack().finalNorm() instanceof NoNorm);
            values.put(
                    "layer_norm_elementwise_affine",
                    parts.block().norm() instanceof LayerNorm norm && norm.gain() == LayerNorm.Gain.WEIGHT);
            values.put("enable_bias", parts.attention().bias() == ProjectionBias.ADDED);
            values.put("dropout", parts.dropout());
            values.put("attention_dropout", parts.attention().dropout());
            return values;
        });
    }
}
