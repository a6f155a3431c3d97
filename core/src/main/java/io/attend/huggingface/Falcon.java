package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
import io.attend.architecture.NormalInitialization;
import io.attend.architecture.ParallelNorm;
import io.attend.architecture.PreNorm;
import io.attend.architecture.Residual;
import io.attend.architecture.SelfAttention;
import io.attend.architecture.Stack;
import io.attend.attention.Heads;
import io.attend.attention.ProjectionBias;
import io.attend.attention.SoftmaxAttention;
import io.attend.embedding.DenseTable;
import io.attend.embedding.TokenEmbedding;
import io.attend.feedforward.DenseFeedForward;
import io.attend.layer.Bias;
import io.attend.mask.Causal;
import io.attend.norm.LayerNorm;
import io.attend.position.Alibi;
import io.attend.position.RelativePosition;
import io.attend.position.Rotary;
import io.attend.value.Source;
import java.util.List;

/// Falcon in its three forms: 7B shares one key and value among all heads, 40B shares them in groups, RW has
/// ALiBi and neither.
@Source(paper = "The Falcon Series of Open Language Models", arxiv = "2311.16867")
public record Falcon() implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("falcon");
    }

    @Override
    public Mapping read(Config config) {
        DecoderTask task = DecoderTask.shared(config).head(DecoderTask.classes("Falcon"));
        int width = config.has("n_embed") ? config.whole("n_embed") : config.whole("hidden_size", 4544);
        config.inert("hidden_size", "n_embed", "num_kv_heads"); // the last counts in the new form only
        int vocabulary = config.whole("vocab_size", 65_024);
        int count = config.count("num_attention_heads", 71);
        boolean tied = config.flag("tie_word_embeddings", true);
        boolean grouped = config.flag("new_decoder_architecture", false);
        boolean single = config.flag("multi_query", true) && !grouped;
        int shared = grouped ? config.whole("num_kv_heads", count) : single ? 1 : count;
        boolean parallel = config.flag("parallel_attn", true);
        int norms = config.wholeIfGiven("num_ln_in_parallel_attn").orElse(grouped ? 2 : 1);
        Bias bias = config.flag("bias", false) ? Bias.ADDED : Bias.NONE;
        LayerNorm norm = new LayerNorm(config.number("layer_norm_epsilon", 1e-5), Bias.ADDED);
        boolean penalties = config.flag("alibi", false);
        Rotary rotary = Rotation.halves(config, config.whole("max_position_embeddings", 2048));
        // the sum of score and penalty is divided by the root of the head's size
        RelativePosition position = penalties ? new Alibi().multiplier(1 / Math.sqrt((double) width / count)) : rotary;
        SoftmaxAttention attention = SoftmaxAttention.of(
                        shared == count ? Heads.of(count) : Heads.of(count).sharing(shared))
                .masked(new Causal())
                .position(position)
                .bias(ProjectionBias.of(bias))
                .dropout(config.number("attention_dropout", 0));
        DenseFeedForward feed = new DenseFeedForward(
                config.wholeIfGiven("ffn_hidden_size").orElse(4 * width),
                config.choice("activation", "gelu", Activations.KNOWN),
                bias,
                0);
        double dropout = config.number("hidden_dropout", 0);
        boolean own = grouped && parallel && norms == 2;
        Residual residual = !parallel
                ? new PreNorm(dropout)
                : new ParallelNorm(own ? ParallelNorm.Norms.OWN : ParallelNorm.Norms.SHARED, dropout);
        Block block = new Block(List.of(new SelfAttention(attention), new Feed(feed)), norm, residual);
        Architecture architecture = new Architecture(
                        width,
                        new Decoder(
                                TokenEmbedding.of(new DenseTable(vocabulary)),
                                Stack.of(config.count("num_hidden_layers", 32), block)
                                        .finalNorm(norm)),
                        task.head(config, new DecoderTask.Words(vocabulary, tied, Bias.NONE)))
                .initialized(new NormalInitialization(
                        config.number("initializer_range", 0.02), NormalInitialization.Branches.ALIKE));
        String body = task.body("transformer");
        String layer = body + "h.{i}.";
        Names names = new Names()
                .prefix("transformer")
                .map(body + "word_embeddings.weight", "embedding.token.weight")
                .module(layer + (own ? "ln_attn" : "input_layernorm"), "decoder.{i}.attention.norm")
                .module(layer + "input_layernorm", "decoder.{i}.norm")
                .module(layer + (own ? "ln_mlp" : "post_attention_layernorm"), "decoder.{i}.feed.norm")
                .module(
                        layer + "self_attention.query_key_value",
                        Layout.rows(shared),
                        "decoder.{i}.attention.query",
                        "decoder.{i}.attention.key",
                        "decoder.{i}.attention.value")
                .module(layer + "self_attention.dense", "decoder.{i}.attention.output")
                .module(layer + "mlp.dense_h_to_4h", "decoder.{i}.feed.inner")
                .module(layer + "mlp.dense_4h_to_h", "decoder.{i}.feed.outer")
                .module(body + "ln_f", "decoder.norm");
        return new Mapping(
                architecture,
                task.names(names, "lm_head", body + "word_embeddings.weight", tied),
                penalties ? task.usage(config).positions(Usage.Positions.COUNTED) : task.usage(config));
    }
}
