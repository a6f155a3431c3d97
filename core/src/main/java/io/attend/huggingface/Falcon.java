package io.attend.huggingface;

import io.attend.architecture.Architecture;
import io.attend.architecture.Block;
import io.attend.architecture.Decoder;
import io.attend.architecture.Feed;
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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

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
        // the sum of score and penalty is divided by the root of the head's size, and penalties are made in bfloat16
        double divided = 1 / Math.sqrt((double) width / count);
        RelativePosition position =
                penalties ? new Alibi().multiplier(divided).precision(Alibi.Precision.BFLOAT16) : rotary;
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
        Decoder decoder = new Decoder(
                TokenEmbedding.of(new DenseTable(vocabulary)),
                Stack.of(config.count("num_hidden_layers", 32), block).finalNorm(norm));
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
        Mapping mapping = task.mapping(config, width, decoder, DecoderTask.Words.of(vocabulary, tied), names);
        return penalties ? mapping.usage(mapping.usage().positions(Usage.Positions.COUNTED)) : mapping;
    }

    @Override
    public Optional<Map<String, Object>> config(Architecture architecture) {
        return DecoderParts.of(architecture).map(parts -> {
            Map<String, Object> values = parts.heading("falcon", "Falcon");
            OptionalInt shared = parts.attention().heads().keyValue();
            boolean own = parts.block().residual() instanceof ParallelNorm(ParallelNorm.Norms norms, double _)
                    && norms == ParallelNorm.Norms.OWN;
            boolean grouped = own || shared.orElse(1) > 1;
            values.put("hidden_size", parts.width());
            values.put("num_hidden_layers", parts.layers());
            values.put("num_attention_heads", parts.heads());
            values.put("num_kv_heads", shared.orElse(parts.heads()));
            values.put("new_decoder_architecture", grouped);
            values.put("multi_query", !grouped && shared.isPresent());
            values.put("parallel_attn", parts.block().residual() instanceof ParallelNorm);
            values.put("num_ln_in_parallel_attn", own ? 2 : 1);
            values.put("ffn_hidden_size", parts.hidden());
            values.put("activation", parts.activation());
            values.put("bias", parts.attention().bias() == ProjectionBias.ADDED);
            values.put("alibi", parts.attention().position() instanceof Alibi);
            values.put("layer_norm_epsilon", parts.epsilon());
            values.put("attention_dropout", parts.attention().dropout());
            values.put("hidden_dropout", parts.dropout());
            parts.rotary().ifPresent(rotary -> Rotation.write(values, rotary));
            return values;
        });
    }
}
